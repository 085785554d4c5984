"""A story's publication is stated, in its header, or what its own words leave possible."""
from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.actors import Actors
from geo.articles import article
from geo.errors import InvalidInput
from geo.gazetteer import Gazetteer
from geo.ground import pipeline_of
from geo.interval import Interval
from geo.known_days import anchored_days
from geo.pipeline import bundled
from geo.publication import Anchor, infer_published
from geo.store import open_store
from geo.theatre import theatre
from server import create_app

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

FALLUJAH = Anchor(("Fallujah", "al-Fallujah"), ("Iraqi",), Interval.of_day(date(2016, 6, 26)), "was retaken", "reports")
"""A Sunday."""


def told(sentence: str, *anchors: Anchor) -> tuple[str | None, str]:
    when, how = infer_published(sentence, anchors=anchors or (FALLUJAH,))
    return (when.edtf if when else None), how


def test_a_stated_day_wins_over_the_header():
    when, how = infer_published("11 Apr 2016 - 17:21\n\nRebels left.", stated=date(2016, 4, 12))
    assert when is not None and (when.edtf, how) == ("2016-04-12", "stated")


@pytest.mark.parametrize("text, edtf, how", [
    ("Rebels lose town\n\n 11 Apr 2016 - 17:21\n\nThey left on Monday.", "2016-04-11", "header"),
    ("Published: March 3, 2015\nRebels left.", "2015-03-03", "header"),
    ("Last updated: 4 March 2015\nPublished: 3 March 2015, 10:15 GMT\nRebels left.", "2015-03-03", "header"),
    ("By Jane Roe | 3 March 2015\nRebels left.", "2015-03-03", "header"),
    ("2015-03-03T17:21:00Z\nRebels left.", "2015-03-03", "header"),
    ("Tuesday, 3 March 2015\nRebels left.", "2015-03-03", "header"),
    ("BEIRUT (Wire), March 3, 2015 — Rebels left.", "2015-03-03", "header"),
    ("datePublished: 2015-03-03\nRebels left.", "2015-03-03", "metadata"),
    ("Rebels left.\n\nPublished 3 March 2015", "2015-03-03", "header"),
])  # fmt: skip
def test_a_header_states_the_day(text, edtf, how):
    when, found = infer_published(text)
    assert when is not None and (when.edtf, found) == (edtf, how)


@pytest.mark.parametrize("text", [
    "Rebels took the town on 3 March 2015 and left.",
    "Rebels took the town on Monday.",
    "On 3 March 2015 a truce began, and nobody kept it.",
    "",
    "04/03/2015\nNobody knows whether this is March or April.",
])  # fmt: skip
def test_nothing_that_fixes_it_leaves_it_unknown_and_says_so(text):
    when, reason = infer_published(text)
    assert when is None and reason.startswith("no header")


@pytest.mark.parametrize("text, edtf", [
    ("Iraqi forces retook Fallujah on Sunday.", "2016-06-26"),
    ("Iraqi forces retook Fallujah yesterday.", "2016-06-27"),
    ("Iraqi forces retook Fallujah over the weekend.", "2016-06-26/2016-07-01"),
    ("Fallujah was retaken by Iraqi forces last week.", "2016-06-27/2016-07-03"),
    ("On Wednesday they met. Iraqi forces declared victory over the weekend in Fallujah.", "2016-06-29"),
    ("Iraqi forces took Fallujah two days ago.", "2016-06-28"),
])  # fmt: skip
def test_a_dated_fact_that_the_story_retells_dates_the_story(text, edtf):
    assert told(text) == (edtf, "inferred")


@pytest.mark.parametrize("text, edtf", [
    ("It began at dawn on Wednesday, 29 June. They reached the river on Friday.", "2016-07-01"),
    ("Who holds what, as it stood on the evening of Wednesday, 29 June. The army lost a base on Monday.", "2016-06-29"),
    ("They left on Monday. The Eid al-Fitr begins the day after tomorrow.", "2016-07-04"),
    ("It was quiet, residents said on Sunday. Fallujah, retaken on 26 June, is empty.", "2016-06-26/2017-06-25"),
])  # fmt: skip
def test_weekday_dates_lists_and_feasts_date_a_story(text, edtf):
    assert told(text, FALLUJAH)[0] == edtf


def test_a_title_narrows_to_a_week_and_a_saying_to_its_weekday():
    text = "Troops walked through its streets on Sunday. There was no way to check, residents said on Tuesday."
    when, how = infer_published(text, "Iraqi troops storm Fallujah", anchors=(FALLUJAH,))
    assert when is not None and (when.edtf, how) == ("2016-06-28", "inferred")
    assert infer_published(text, "Iraqi troops storm a village near Fallujah", anchors=(FALLUJAH,))[0] is None


RUTBAH = Anchor(("Rutba",), ("Iraqi",), Interval(date(2016, 5, 17), date(2016, 5, 20)), "was retaken")
"""From a Tuesday to a Thursday."""


@pytest.mark.parametrize("text, edtf", [
    ("Iraqi troops raised their flag over the town hall of Rutba on Thursday.", "2016-05-19"),
    ("The flag is up in Rutba, lost on Thursday.\n\nMen danced on Friday.", "2016-05-19"),
    ("Iraqi troops raised their flag over the town hall of Rutba this morning.", "2016-05-19"),
    ("Yesterday Iraqi troops raised their flag over the town hall of Rutba.", "2016-05-20"),
    ("Yesterday somebody raised a flag over the town hall of Rutba.", None),  # nobody says who
    ("Iraqi troops raised their flag over the town hall of Rutba on Sunday.", None),  # no day of it
    ("Iraqi troops raised their flag outside Rutba on Thursday.", None),  # another place
    ("The flag went up in Rutba on Thursday. Since 3 June 2018 it had been quiet.", None),  # long after it
])  # fmt: skip
def test_a_lead_that_tells_of_a_known_change_on_its_weekday_dates_the_story(text, edtf):
    assert told(text, RUTBAH)[0] == edtf


def test_a_lead_with_a_whole_date_dates_the_weekdays_after_it():
    text = "On Monday, 16 October 2017, tanks rolled into the base.\n\nOn Wednesday it was quiet, a teacher said."
    assert told(text)[0] == "2017-10-18"


@pytest.mark.parametrize("text", [
    "The group seized Fallujah from Iraqi forces on Sunday.",     # another winner
    "Iraqi forces retook a village near Fallujah on Sunday.",     # another place
    "Iraqi forces shelled Fallujah on Sunday.",                   # no change of hands
    "Iraqi forces retook Fallujah on 26 June 2016.",              # not relative to the story
    "Iraqi forces retook Fallujah.",                              # no date
    "Iraqi forces lost Fallujah on Sunday.",
])  # fmt: skip
def test_what_tells_of_another_event_dates_nothing(text):
    assert told(text)[0] is None


def test_several_facts_are_intersected():
    rai = Anchor(("Rai",), (), Interval.of_day(date(2016, 6, 28)))
    text = "Iraqi forces retook Fallujah over the weekend. Rebels captured Rai yesterday."
    assert told(text, FALLUJAH, rai) == ("2016-06-29", "inferred")


def test_facts_that_conflict_date_nothing_and_say_so():
    rai = Anchor(("Rai",), (), Interval.of_day(date(2015, 3, 3)))
    edtf, reason = told("Iraqi forces retook Fallujah over the weekend. Rebels captured Rai yesterday.", FALLUJAH, rai)
    assert edtf is None and "conflict" in reason and "yesterday" in reason


def test_a_date_told_as_past_bounds_the_publication():
    text = "Iraqi forces retook Fallujah over the weekend. On 30 June 2016 they left."
    assert told(text) == ("2016-06-30/2016-07-01", "inferred")


def test_a_fact_that_is_vague_itself_dates_nothing():
    vague = Anchor(("Fallujah",), ("Iraqi",), Interval(date(2016, 1, 1), date(2017, 1, 1)))
    assert told("Iraqi forces retook Fallujah on Sunday.", vague)[0] is None


def test_the_weekday_finds_the_year_of_a_dateline():
    text = "ISTANBUL, April 11 — Rebels left Rai on Monday. In 2014, they had come."
    assert told(text) == ("2016-04-11", "inferred")


def test_a_dateline_alone_fixes_no_year():
    assert told("ISTANBUL, April 11 — Rebels left Rai. In 2014, they had come.")[0] is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(max_size=40))
def test_no_text_breaks_it(text, title):
    when, how = infer_published(text, title, anchors=(FALLUJAH,))
    assert how and (when is None or not when.interval.is_empty)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 6))
def test_the_true_day_is_always_among_the_inferred(published, back):
    """A story of any day, telling of a fact ``back`` days before by its weekday."""
    fact = date.fromordinal(published.toordinal() - back)
    anchor = Anchor(("Rai",), ("Rebels",), Interval.of_day(fact))
    when, _ = infer_published("The town is calm. Rebels took Rai this week.", anchors=(anchor,))
    if fact.isocalendar()[:2] == published.isocalendar()[:2]:
        assert when is not None and published in when.interval


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.exists(), reason="the seed articles lie beside the checkout")
@pytest.mark.parametrize("number, edtf, how", [("000", "2016-04-11", "header"), ("001", "2016-06-29", "inferred")])
def test_the_seed_articles_are_published(number, edtf, how):
    text = next(SEEDS.glob(f"{number}*.txt")).read_text(encoding="utf-8")
    assert told(text) == (edtf, how)


def test_the_date_right_behind_a_place_is_its_own():
    rai = Anchor(("Rai",), ("rebels",), Interval.of_day(date(2016, 4, 7)))
    text = "The rebels had captured Azaz in March and Rai on 7 April, residents said on Friday."
    when, _ = infer_published(text, anchors=(rai,))
    assert when is not None and when.interval.start == date(2016, 4, 8)


RAMADI = Anchor(("Ramadi",), ("Iraqi",), Interval.of_day(date(2015, 12, 28)), "was retaken", "an almanac")
"""A Monday."""
RAMADI_SAFE = Anchor(("Ramadi",), ("Iraqi",), Interval.of_day(date(2016, 2, 9)), "was cleared", "an almanac")
"""A Tuesday."""
MOSUL = Anchor(("Mosul",), ("Islamic State",), Interval.of_day(date(2014, 6, 10)), "fell", "an almanac")
MOSUL_FREED = Anchor(("Mosul",), ("Iraqi",), Interval.of_day(date(2017, 7, 10)), "was freed", "an almanac")
MANBIJ = Anchor(("Manbij",), ("SDF",), Interval.of_day(date(2016, 8, 12)), "was taken", "an almanac")
"""A Friday."""
RAQQA = Anchor(("Raqqa",), ("SDF",), Interval.of_day(date(2017, 10, 17)), "was taken", "an almanac")
KNOWN = (FALLUJAH, RAMADI, RAMADI_SAFE, MOSUL, MOSUL_FREED, MANBIJ, RAQQA)


@pytest.mark.parametrize("text, edtf", [
    ("Trucks came through on Tuesday 5 September. On Thursday 14 September bread was handed out.",
     "2017-09-14/2017-09-20"),
    ("Trucks came through on Tuesday 5 September. Yesterday, Thursday 14 September, bread was handed out.",
     "2017-09-15"),
    ("A minister visited Ramadi on Tuesday, a day after Iraqi soldiers raised their flag there.", "2015-12-29"),
    ("Iraqi troops took Ramadi on Monday. Our pages of yesterday, Wednesday, named the wrong bridge.", "2015-12-31"),
    ("The minister announced on Monday that Iraqi troops had taken Ramadi, and today he walked through it.",
     "2015-12-29"),
    ("(MUSIC)\n\nGood evening.\n\n(BELL)\n\nThis morning Iraqi soldiers raised their flag over Fallujah,"
     " which they have besieged for months.", "2016-06-26"),
    ("Two years ago today a captain locked his office in Mosul. Ramadi has been retaken since.", "2016-06-10"),
    ("Five years ago today a captain locked his office in Mosul. Fallujah and Manbij have rulers of their own.",
     None),
    ("They left Manbij on Friday, in a hundred cars, with hostages. On 19 July a raid had killed many.", "2016-08-12"),
    ("They left Manbij on Thursday, in a hundred cars, with hostages. On 19 July a raid had killed many.", None),
    ("They left Manbij on Friday, in a hundred cars, with hostages. On 19 January a raid had killed many.", None),
    ("The recapture of Fallujah on 26 June by Iraqi troops shows it. The camp was full on 2 July.",
     "2016-06-26/2016-08-02"),
])  # fmt: skip
def test_which_year_and_day_it_is_of(text, edtf):
    assert told(text, *KNOWN)[0] == edtf


@pytest.mark.parametrize("text", [
    "On Tuesday 5 September they came. " * 5000,
    "".join(f"On Monday {day} {month} they came. " for day in range(1, 29) for month in ("May", "June")) * 100,
    "Two years ago today they took Mosul. " * 5000,
    "9000 years ago today they took Mosul.",
    "On Tuesday they came, and today they left Manbij on 19 July. " * 5000,
    "On Friday they left Manbij on 19 July " * 5000,
], ids=["dates", "many dates", "anniversaries", "an age", "todays", "one sentence"])
def test_endless_lists_take_no_long_time(text):
    begun = time.process_time()
    told(text, *KNOWN)
    assert time.process_time() - begun < 20


def test_the_known_days_of_the_first_theatre_are_of_known_places():
    war = theatre()
    assert war.known_days is not None
    found = anchored_days(war.known_days, Gazetteer.load(war.gazetteer), Actors.load(war.actors))
    assert any(one.days == Interval.of_day(date(2015, 12, 28)) and "Ramadi" in one.names for one in found)
    assert len({(one.names, one.days) for one in found}) == len(found)


def test_a_table_of_days_is_refused_by_line(tmp_path):
    path = tmp_path / "known_days.csv"
    war = theatre()
    gazetteer, actors = Gazetteer.load(war.gazetteer), Actors.load(war.actors)
    path.write_text("place_id,day,controller,source\nsy-azaz,2013-09-18,ISIL,An almanac\n", "utf-8")
    assert [one.days for one in anchored_days(path, gazetteer, actors)] == [Interval.of_day(date(2013, 9, 18))]
    for wrong in ("18 September,ISIL,An almanac", "2013-09-18,NOBODY,An almanac", "2013-09-18,ISIL,"):
        path.write_text(f"place_id,day,controller,source\nsy-azaz,{wrong}\n", "utf-8")
        with pytest.raises(InvalidInput, match="line 2"):
            anchored_days(path, gazetteer, actors)


def test_a_store_and_its_service_know_these_days_as_well(tmp_path):
    address = str(tmp_path / "war.gpkg")
    store = open_store(address, create=True)
    text = "A minister visited Ramadi on Tuesday, a day after Iraqi soldiers raised their flag there."
    published = pipeline_of(store).read(article(text, {}, "desk")).article.published
    store.close()
    assert published is not None and published.edtf == "2015-12-29"
    app = create_app({"store": address})
    (mention,) = app.test_client().post("/api/read", json={"text": text}).get_json()["features"]
    assert mention["properties"]["valid_from"] == "2015-12-29"


@pytest.mark.parametrize("text, edtf", [
    ("Rebels stormed the Nasib crossing yesterday evening, Wednesday the first of April. "
     "The Army of Conquest took Idlib on Saturday.", "2015-04-02"),
    ("Rebels who overran Raqqa on Monday 4 March are besieging its offices. A video was shown yesterday, Tuesday.",
     "2013-03-06"),
])
def test_what_a_story_says_itself_goes_before_days_that_are_known(text: str, edtf: str) -> None:
    """The table of known days has Raqqa's fall two days later."""
    found, _ = infer_published(text, anchors=bundled().anchors)
    assert found is not None and found.edtf == edtf
