"""Time expressions of news become days, by tense and by what was told before."""
from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.dates import find_times
from geo.dating import grammar
from geo.dating.assign import when_of
from geo.dating.story import Story
from geo.dating.units import ERA
from geo.edtf import parse_edtf
from geo.interval import DAY, Interval, parse_day
from geo.model import Span, When
from tools.dispatches import load

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
MONDAY = "2016-04-11"
"""The publication of most cases: Monday, 11 April 2016."""


def published(day: str = MONDAY) -> When:
    return When(Interval.of_day(parse_day(day)), day, "day", "stated")


def edtf_of(text: str, day: str | None = MONDAY) -> list[str]:
    return [when.edtf for when in find_times(text, published(day) if day else None)]


def said(text: str, words: str, day: str = MONDAY) -> When:
    """The time of the event that ``words`` tell of."""
    start = text.index(words)
    when = published(day)
    return when_of(Story(text, find_times(text, when), when), Span(start, start + len(words)))


@pytest.mark.parametrize("text, edtf", [
    ("Rebels took Rai on 7 April 2016.", "2016-04-07"),
    ("Rebels took Rai on April 7, 2016.", "2016-04-07"),
    ("Rebels took Rai on 7th of April, 2016.", "2016-04-07"),
    ("Rebels took Rai on Apr. 7th, 2016.", "2016-04-07"),
    ("Rebels took Rai (2016-04-07).", "2016-04-07"),
    ("Rebels took Rai on 25/03/2016.", "2016-03-25"),
    ("Rebels took Rai on 03/25/2016.", "2016-03-25"),
    ("Rebels took Rai on 03.04.2016.", "2016-04-03"),
    ("Rebels took Rai in March 2016.", "2016-03"),
    ("Rebels took Rai in early March 2016.", "2016-03-01/2016-03-10"),
    ("Rebels took Rai in 2014.", "2014"),
    ("Rebels took Rai in mid-2014.", "2014-05/2014-08"),
    ("Rebels took Rai in late 2014.", "2014-09/2014-12"),
    ("Rebels took Rai in the summer of 2014.", "2014-22"),
    ("Rebels held Rai in the 1980s.", "198X"),
    ("Rebels held Rai in the years 2012-2014.", "2012/2014"),
    ("The siege lasted from 3 May 2014 to 6 June 2015.", "2014-05-03/2015-06-06"),
    ("Fighting went on between June and August 2014.", "2014-06/2014-08"),
    ("The graves (July-November 1954) were opened.", "1954-07/1954-11"),
    ("They attacked on Christmas Day 2014.", "2014-12-25"),
    ("They attacked on New Year’s Day 2014.", "2014-01-01"),
    ("It began with the Sept. 11 attacks.", "2001-09-11"),
    ("They fought on 3-5 April 2016.", "2016-04-03/2016-04-05"),
])  # fmt: skip
def test_a_stated_date_needs_no_publication(text, edtf):
    assert edtf_of(text, None) == [edtf]


@pytest.mark.parametrize("text, edtf", [
    ("Rebels took Rai on Monday.", "2016-04-11"),
    ("Rebels took Rai on 7 Apr.", "2016-04-07"),
    ("Rebels took Rai on Thursday, April 7.", "2016-04-07"),
    ("Rebels took Rai on Tuesday.", "2016-04-05"),
    ("Rebels took Rai on Thursday night.", "2016-04-07"),
    ("Rebels have taken Rai since Thursday.", "2016-04-07/2016-04-11"),
    ("The army will attack on Thursday.", "2016-04-14"),
    ("The army will attack on Monday.", "2016-04-18"),
    ("Talks are due to begin on Wednesday.", "2016-04-13"),
    ("He said on Thursday that the army would attack.", "2016-04-07"),
    ("Rebels took Rai last Monday.", "2016-04-04"),
    ("The army attacks next Friday.", "2016-04-15"),
    ("Rebels took Rai on Friday last week.", "2016-04-08"),
    ("Rebels took Rai yesterday.", "2016-04-10"),
    ("Rebels took Rai last night.", "2016-04-10"),
    ("Rebels took Rai earlier today.", "2016-04-11"),
    ("The army attacks tomorrow.", "2016-04-12"),
    ("Rebels took Rai over the weekend.", "2016-04-09/2016-04-10"),
    ("Rebels took Rai this week.", "2016-04-11"),
    ("Rebels took Rai last week.", "2016-04-04/2016-04-10"),
    ("Rebels took Rai earlier this month.", "2016-04-01/2016-04-11"),
    ("Rebels took Rai earlier in the month.", "2016-04-01/2016-04-11"),
    ("Rebels took Rai last month.", "2016-03"),
    ("Rebels took Rai earlier this year.", "2016-01-01/2016-04-11"),
    ("Rebels took Rai last year.", "2015"),
    ("Rebels took Rai late last year.", "2015-09/2015-12"),
    ("Rebels took Rai in November.", "2015-11"),
    ("Rebels took Rai in April.", "2016-04-01/2016-04-11"),
    ("Rebels took Rai in early March.", "2016-03-01/2016-03-10"),
    ("Rebels took Rai in March last year.", "2015-03"),
    ("The army will attack in May.", "2016-05"),
    ("Rebels took Rai on 25 December.", "2015-12-25"),
    ("Rebels took Rai on Wednesday, 8 April.", "2015-04-08"),  # the weekday decides the year
    ("Rebels took Rai three days ago.", "2016-04-08"),
    ("Rebels took Rai two months ago.", "2016-02"),
    ("Rebels took Rai two years ago.", "2014"),
    ("Rebels have held Rai for two years.", "2014-04-11/2016-04-11"),
    ("It fell after nearly two years of rule by the group.", "2014-04-11/2016-04-11"),
    ("Rebels gained ground over the past three days.", "2016-04-08/2016-04-11"),
    ("Strikes have hit Rai since August 2014.", "2014-08-01/2016-04-11"),
    ("They held it until March 2015.", "2015-03"),
    ("Rebels took Rai last summer.", "2015-22"),
    ("Rebels took Rai in 2016.", "2016-01-01/2016-04-11"),
])  # fmt: skip
def test_a_relative_date_counts_from_the_publication(text, edtf):
    assert edtf_of(text) == [edtf]


@pytest.mark.parametrize("text, edtf", [
    ("Rebels took Rai on 7 and 8 April.", ["2016-04-07/2016-04-08"]),
    ("They shelled it between 3 and 6 April.", ["2016-04-03/2016-04-06"]),
    ("Jets hit Rai on Friday and Saturday.", ["2016-04-08/2016-04-09"]),
    ("Jets hit Rai between Tuesday night and Friday.", ["2016-04-05/2016-04-08"]),
    ("Jets flew 30 sorties in the 24 hours to Saturday.", ["2016-04-08/2016-04-09"]),
    ("They flew ten sorties in the three days to 6 April.", ["2016-04-03/2016-04-06"]),
    ("Rebels took Rai in the first days of March.", ["2016-03-01/2016-03-10"]),
    ("Rebels took Rai in the last week of March.", ["2016-03-25/2016-03-31"]),
    ("Rebels took Rai in March two years ago.", ["2014-03"]),
    ("Rebels took Rai six weeks ago.", ["2016-02-29"]),
    ("Rebels took Rai on Friday. Two days later they left.", ["2016-04-08", "2016-04-10"]),
    ("Rebels took Rai on 5 March. A month later they left.", ["2016-03-05", "2016-04-05"]),
    ("Rebels took Rai on Friday. The day after that they left.", ["2016-04-08", "2016-04-09"]),
    ("Rebels took Rai on Friday. Five days before that they lost it.", ["2016-04-08", "2016-04-03"]),
    ("Rebels took Rai on Friday, three days after the army entered it.", ["2016-04-08", "2016-04-05"]),
    ("Four days after rebels entered Rai, the army took it back on Saturday.", ["2016-04-05", "2016-04-09"]),
    ("It fell on Saturday after they left the previous night.", ["2016-04-09", "2016-04-08"]),
    ("They took Rai in May 2014, a day after Azaz.", ["2014-05", "2014-05"]),
    ("They took Rai in May 2014. That June they lost it; this March they came back.",
     ["2014-05", "2014-06", "2016-03"]),
    ("In June 2014 they came, and that November they left. The next May they came back.",
     ["2014-06", "2014-11", "2015-05"]),
    ("The drive opened on 2 April. On the second day Rai fell.", ["2016-04-02", "2016-04-03"]),
    ("Azaz fell on 2 April and Rai on the 5th.", ["2016-04-02", "2016-04-05"]),
    ("Jets bombed Rai on Saturday for a third day.", ["2016-04-09", "2016-04-07/2016-04-09"]),
    ("It was the second time in two weeks.", ["2016-03-28/2016-04-11"]),
    ("They told people on 4 April to leave within three days.", ["2016-04-04", "2016-04-04/2016-04-07"]),
    ("Rebels took Rai on Saturday. By nightfall they held the bridge.", ["2016-04-09", "2016-04-09"]),
    ("Rebels took Rai on Friday. Overnight they left.", ["2016-04-08", "2016-04-08/2016-04-09"]),
    ("Jets struck Rai overnight.", ["2016-04-10/2016-04-11"]),
    ("22:05 The army says it is near.\n20:10 Rebels leave.", ["2016-04-11", "2016-04-11"]),
    ("By Saturday most had gone, and the town was calm.", ["2016-04-09"]),
    ("Rebels had held it since 2014. The army took it on Saturday.", ["2014-01-01/2016-04-11", "2016-04-09"]),
    ("The army took Rai on Saturday. Rebels had held it since 2014.", ["2016-04-09", "2014-01-01/2016-04-09"]),
    ("Nobody has returned since the fighting began in March.", ["2016-03-01/2016-04-11"]),
    ("Patrols went out from February.", ["2016-02-01/2016-04-11"]),
    ("They waited until Thursday.", ["2016-04-07"]),
    ("The army will come before the end of April.", ["2016-04-11/2016-04-30"]),
    ("The army will come before the week is over.", ["2016-04-11/2016-04-17"]),
    ("The talks are on Wednesday.", ["2016-04-13"]),
    ("Rebels took Rai last Friday week.", ["2016-04-01"]),
    ("The three-day-old offensive slowed.", ["2016-04-08/2016-04-11"]),
    ("They held on for the previous two days, until Friday.", ["2016-04-09/2016-04-11", "2016-04-08"]),
    ("\"Tomorrow we rest, the day after we go,\" he said.", ["2016-04-12", "2016-04-13"]),
    ("They meet the day after tomorrow.", ["2016-04-13"]),
    ("The 12th Division and every Friday are no dates.", []),
])  # fmt: skip
def test_a_date_counts_from_what_is_told(text, edtf):
    assert edtf_of(text) == edtf


@pytest.mark.parametrize("text, day, edtf", [
    ("They bombed Rai on the first day of Ramadan.", "2016-06-20", "2016-06-06"),
    ("They came during Ramadan last year.", "2016-04-11", "2015-06-18/2015-07-16"),
    ("A push is expected before Ramadan.", "2017-05-02", "2017-05-02/2017-05-26"),
    ("The Eid al-Fitr begins on Thursday.", "2013-08-05", "2013-08-08/2013-08-10"),
    ("They fought over Eid al-Adha.", "2014-10-20", "2014-10-04/2014-10-07"),
    ("Shells fell on Rai at Nowruz.", "2016-04-11", "2016-03-21"),
    ("They attacked the shrine on Ashura.", "2015-11-02", "2015-10-24"),
])  # fmt: skip
def test_a_feast_is_as_it_was_kept_that_year(text, day, edtf):
    assert edtf_of(text, day)[0] == edtf


@pytest.mark.parametrize("text", ["Ramadan Hassan left.", "Nobody kept eid there.", "They came in Ramadan 1999."])
def test_a_man_and_a_feast_beyond_the_table_have_no_days(text):
    assert edtf_of(text) == (["1999"] if "1999" in text else [])


@pytest.mark.parametrize("text", [
    "They may attack; the rebels march on Rai for a second time.",
    "Some 2014 fighters and 1500 tanks crossed the 500-mile border.",
    "It killed 1990 people, the agency said.",
    "The sun sat low, and they wed.",
    "Prices fell to $2,014 in a fall of 20 percent.",
    "The fall of Mosul shocked them.",
    "Nobody was hurt on 32 April or 31.13.2016.",
    "The date 04/03/2016 is ambiguous.",
    "They fought for three days.",
])  # fmt: skip
def test_what_is_no_date_is_left_alone(text):
    assert edtf_of(text) == []


def test_without_a_publication_a_relative_date_is_left_out():
    assert edtf_of("In 2014 it fell.\n\nOn Monday, last month and in April they came.", None) == ["2014"]


def test_bare_dates_of_a_backgrounder_take_the_year_told_before():
    text = "In June 2014, the group took Mosul. In August, strikes began. On 3 September they went on."
    assert edtf_of(text) == ["2014-06", "2014-08", "2014-09-03"]


def test_a_history_is_told_in_its_own_years():
    text = ("In 1941 war came. On 7 December 1941 they struck.\n\nIn January they advanced until 1943, and from 1943 "
            "to 1945 they fell back. The next year, in May, it ended.")
    wanted = ["1941", "1941-12-07", "1942-01", "1943", "1943/1945", "1946", "1946-05"]
    assert edtf_of(text, "2009-12-19") == wanted


def test_the_past_perfect_lies_before_the_main_event():
    text = "The army retook Rai on Tuesday. Rebels had seized it on Wednesday."
    assert edtf_of(text, "2016-04-15") == ["2016-04-12", "2016-04-06"]


def test_news_names_the_weekdays_of_its_own_week():
    assert edtf_of("It first fell on 2 May 2015. On Friday it fell again.") == ["2015-05-02", "2016-04-08"]


def test_later_than_nothing_is_left_out():
    assert edtf_of("Five months later, agents captured him.") == []
    assert edtf_of("He fled in March 2015. Five months later, agents captured him.") == ["2015-03", "2015-08"]


def test_an_uncertain_publication_widens_what_counts_from_it():
    days = When(Interval(date(2016, 6, 27), date(2016, 6, 30)), "2016-06-27/2016-06-29", "period")
    (when,) = find_times("They left yesterday.", days)
    assert (when.edtf, when.precision) == ("2016-06-26/2016-06-28", "period")


def test_spans_count_code_points_of_the_text_as_it_came():
    text = "İstanbul’da 🚀: İt fell on\nMonday, 4 April 2016."
    (when,) = find_times(text, published())
    assert when.span is not None
    assert text[when.span.start : when.span.end] == "Monday, 4 April 2016"


STORY = (
    "Militants retook Rai on Monday, activists said, just days after rebels drove them out.\n\n"
    "The rebels had previously taken the town on Thursday. They captured two guns.\n\n"
    "In 2014, the group declared a state. Its border runs through Rai.\n\n"
    "It holds al-Qaim, which it seized last year. The army declared victory over the weekend, "
    "taking control of the city after nearly two years of rule."
)


@pytest.mark.parametrize("words, edtf", [
    ("retook Rai", "2016-04-11"),
    ("drove them out", "2016-04-05/2016-04-10"),
    ("had previously taken", "2016-04-07"),
    ("captured two guns", "2016-04-07"),       # carried on within the paragraph
    ("declared a state", "2014"),
    ("runs through Rai", MONDAY),              # the present is that of the publication
    ("It holds al-Qaim", MONDAY),              # not the year of its relative clause
    ("which it seized", "2015"),
    ("declared victory", "2016-04-09/2016-04-10"),
    ("taking control", "2016-04-09/2016-04-10"),  # the two years are those of the rule
])  # fmt: skip
def test_an_event_takes_the_date_of_its_clause_sentence_or_paragraph(words, edtf):
    assert said(STORY, words).edtf == edtf


@pytest.mark.parametrize("text, words, edtf", [
    ("Rebels captured Rai in March and entered Azaz on April 6.", "Azaz", "2016-04-06"),
    ("Rebels captured Rai in March and entered Azaz on April 6.", "Rai", "2016-03"),
    ("Azaz fell on 1 April, Rai on 3 April, Dabiq on the 5th.", "Rai", "2016-04-03"),
    ("Azaz fell on 1 April, Rai on 3 April, Dabiq on the 5th.", "Dabiq", "2016-04-05"),
    ("They took first Azaz (2 April), months later Rai (9 April).", "Rai", "2016-04-09"),
    ("They hold Rai (since 2 April) and Azaz.", "Rai", "2016-04-02/2016-04-11"),
    ("They hold Rai (since 2 April) and Azaz.", "Azaz", MONDAY),
    ("They passed by Rai, taken last month, and Azaz, reached on Sunday.", "Rai", "2016-03"),
    ("They passed by Rai, taken last month, and Azaz, reached on Sunday.", "Azaz", "2016-04-10"),
    ("Rai, overrun on 4 April, was freed on Saturday.", "Rai", "2016-04-09"),
    ("The group, whose men took Azaz last year, left Rai on Saturday.", "Rai", "2016-04-09"),
    ("The group, whose men took Azaz last year, left Rai on Saturday.", "Azaz", "2015"),
    ("They left Rai on Saturday, three days after the army entered Azaz.", "Azaz", "2016-04-06"),
    ("They left Rai on Saturday, three days after the army entered Azaz.", "Rai", "2016-04-09"),
    ("A spokesman in Azaz said that Rai would be taken by mid-May.", "Azaz", MONDAY),
    ("Many fled Rai last week and now sit in tents at Azaz.", "Azaz", MONDAY),
    ("On Friday rockets hit Rai; the air force bombed Azaz.", "Azaz", "2016-04-08"),
    ("The army did badly at Azaz; in March it lost Rai.", "Azaz", MONDAY),
    ("The second town that they lost, after Rai in March 2014, is Azaz.", "Azaz", MONDAY),
    ("Buses took 300 people between 2 and 6 April, the Red Cross says, to Azaz.", "Azaz", "2016-04-02/2016-04-06"),
    ("Rai fell on Saturday, officers said.\n\nThe men drove off to Azaz.", "Azaz", "2016-04-09"),
    ("Rai fell on Saturday, officers said.\n\nAzaz is calm.", "Azaz", MONDAY),
    ("Rai fell on Saturday, officers said.\n\nIf they reached Azaz, it would end.", "Azaz", MONDAY),
    ("Strikes hit Rai on Saturday, officers said:\n\n-- Near Azaz, one strike destroyed a boat.", "Azaz", "2016-04-09"),
    ("Rai fell on Saturday.\n\nA newspaper blamed men who had come through Azaz.", "Azaz", MONDAY),
    ("Rai fell on Saturday.\n\nIt lies on a hill; guns came through it from Azaz.", "Azaz", MONDAY),
    ("Rai fell on Saturday.\n\nMilitias, whose men fought there in May 2013, sent more to Azaz.", "Azaz", MONDAY),
    ("Rai fell on Saturday.\n\nThe mediators were clerics from Azaz.", "Azaz", MONDAY),
    ("The rebels lived with 900 others in Azaz, who have had no bread since March.", "Azaz",
     "2016-03-01/2016-04-11"),
    ("They hit Azaz, but at noon on Saturday, and left.", "Azaz", "2016-04-09"),
    ("The army said on Friday that jets struck.\n\nRai had been shelled. It fell in 2014.", "Rai", MONDAY),
    ("They took Idlib in March and Ariha later: Jisr, which they took in April 2015, is nearer.", "Jisr", "2015-04"),
    ("The army took Palmyra on Sunday. In Iraq, troops said they would attack Hit.", "Iraq", MONDAY),
    ("Since April 4, when Rai fell, they have taken Dabiq.", "Dabiq", "2016-04-04/2016-04-11"),
    ("Since April 4, when Rai fell, they have taken Dabiq.", "Rai", "2016-04-04"),
    ("It is the target since they took Ariha in May 2015.", "Ariha", "2015-05"),
    ("It is the target since they took Ariha in 2015.", "Ariha", "2015"),
    ("The powers meet in Munich on Thursday.", "Munich", "2016-04-14"),
])  # fmt: skip
def test_a_name_takes_the_date_that_reaches_it(text, words, edtf):
    assert said(text, words).edtf == edtf


@pytest.mark.parametrize("text, words, edtf", [
    ("Rai was recaptured on Saturday, Dabiq and its air strip on Sunday.", "Dabiq", "2016-04-10"),
    ("In Rai they blew up a base in March, in Dabiq there were clashes last Saturday.", "Dabiq", "2016-04-09"),
    ("It will be put off until next year, a diplomat in Baghdad said.", "Baghdad", "2016-04-11"),
    ("He died on Thursday. He was in Rai when the rebels stormed it on 3 March 2015.", "Rai", "2015-03-03"),
    ("Tanks rolled in on Saturday. An article placed Rai in Hama province.", "Rai", "2016-04-11"),
    ("Jets made six strikes on Saturday.\n\nStrikes in Iraq\n\nNear Hit, a strike hit a boat.", "Iraq", "2016-04-09"),
    ("A fire broke out on Sunday; it was seen across the river, where the army watches from Rai.", "Rai", "2016-04-11"),
    ("They moved into Azaz on Thursday and into Rai and Dabiq a day later.", "Rai", "2016-04-08"),
    ("Azaz fell on Friday; Rai, farther down the river, followed on Saturday, and Dabiq, on the hill, on Sunday.",
     "Rai", "2016-04-09"),
    ("Azaz fell on Friday; Rai, farther down the river, followed on Saturday, and Dabiq, on the hill, on Sunday.",
     "Dabiq", "2016-04-10"),
    ("On 1 April they attacked. They took Azaz on the 3rd and Rai on the 4th.", "Rai", "2016-04-04"),
    ("Between Friday and Sunday they took first Azaz, on Saturday, then Rai.", "Azaz", "2016-04-09"),
    ("It began on Sunday, when men from Rai, in rebel hands since May, broke through.", "Rai", "2016-04-10"),
    ("Azaz fell on Thursday. Rai, 15 km to the east, changed hands the same day, officers said.", "Rai", "2016-04-07"),
    ("Between 2 and 4 April they pushed north and took Rai on the second day.", "Rai", "2016-04-03"),
    ("Thousands fled on Friday, the agency said in Geneva.", "Geneva", "2016-04-11"),
    ("\"Last year there was one enemy,\" a colonel at Azaz told the BBC.", "Azaz", "2016-04-11"),
    ("\u201cUntil last week we had tents,\u201d said Abdul Malik in Falluja.", "Falluja", "2016-04-11"),
    ("\"Azaz is under siege,\" an officer told reporters on Saturday.", "Azaz", "2016-04-09"),
    ("The group, which hit Rai before, struck again on Friday: gunmen stormed Azaz.", "Azaz", "2016-04-08"),
    ("They regained Rai, where they had sworn in 2014 to stay, in March 2015.", "Rai", "2015-03"),
    ("Jets hit Rai on Friday and Azaz on the evening of the 9th.", "Azaz", "2016-04-09"),
    ("8 March: Rebels pull out of what they hold in Azaz.", "Azaz", "2016-03-08"),
    ("26 March: The estate is taken, the first in Azaz to go.\n\n7 April: It is calm.", "Azaz", "2016-03-26"),
])  # fmt: skip
def test_commas_attributions_and_subordinates_part_the_dates_of_a_sentence(text, words, edtf):
    assert said(text, words).edtf == edtf


@pytest.mark.parametrize("text, edtf", [
    ("Rai was lost on the last day of March.", ["2016-03-31"]),
    ("Rai was lost on the first day of March 2015.", ["2015-03-01"]),
    ("This time last year they held Rai.", ["2015-04"]),
    ("Rai was stormed on Easter Sunday.", ["2016-03-27"]),
    ("On 9 March they attacked. They left on Sunday the 20th.", ["2016-03-09", "2016-03-20"]),
    ("By 10 January 2016 it was over. The men, who had won Rai in mid-December, went on.",
     ["2016-01-10", "2015-12-11/2015-12-20"]),
    ("They had conquered Rai in September 2014. The campaign began in late October.",
     ["2014-09", "2015-10-21/2015-10-31"]),
    ("They had lost Rai in July 2014. Dabiq fell that October.", ["2014-07", "2014-10"]),
    ("On 23 February 2015 they fell on Azaz. Rebels struck back. They took Rai in May.", ["2015-02-23", "2015-05"]),
])  # fmt: skip
def test_a_bare_date_is_of_the_year_that_the_telling_is_in(text, edtf):
    assert edtf_of(text) == edtf


@pytest.mark.parametrize("text, edtf", [
    ("Rai had been lost on Wednesday, Dabiq the Saturday before.", ["2016-04-06", "2016-04-02"]),
    ("The fall of Rai, four weeks after that of Dabiq, opens a way.", []),
    ("It fell on Saturday. Since the war began on 3 May 2014 few stayed. Dabiq had been lost three days earlier.",
     ["2016-04-09", "2014-05-03/2016-04-11", "2016-04-06"]),
])  # fmt: skip
def test_a_date_before_another_counts_from_the_news_and_never_from_nothing(text, edtf):
    assert edtf_of(text) == edtf


def test_a_story_of_many_years_with_weekdays_of_its_own_is_still_news():
    text = "Rai was lost in 2012, 2013, 2014, 2014 and 2013."
    text += "\n\nThe push began on 2 April. On Friday they took Dabiq, on Sunday Azaz."
    assert edtf_of(text)[-3:] == ["2016-04-02", "2016-04-08", "2016-04-10"]


def test_an_event_without_a_date_is_of_the_publication_and_says_so():
    when = said("The jihadists seized Rai.", "seized")
    assert (when.edtf, when.precision, when.reason) == (MONDAY, "day", "no date is stated: the publication")


def test_an_event_is_never_of_today():
    when = when_of(Story("They left.", (), None), Span(0, 4))
    assert (when.interval, when.precision) == (Interval(), "period")
    assert "unknown" in when.reason


WORDS = st.sampled_from(
    "on Monday|in May|last|next|the|earlier|this month|2014|since|until|from|to|3|11 April|Apr. 11th|2016-02-30|and|ago"
    "|two|weeks|later|years|for|after|over the weekend|the following|day|had taken|will|took|mid-|early|0|1900s|'14"
    "|spring|in the|.|,|\n|by noon|overnight|the 12th|Ramadan|Eid al-Adha|which|(|)|;|within three days|that"
    "|\n\n|—|1000|2099|ninety|between|May 5-7|12/12/2012|60 decades ago|'|İ".split("|")
)
TEXTS = st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=80)
DAYS = st.dates(date(1900, 1, 1), date(2098, 12, 31))


@settings(max_examples=300, deadline=None)
@given(TEXTS, DAYS)
def test_whatever_is_found_parses_back_from_its_edtf(text, day):
    times = find_times(text, published(str(day)))
    spans = [when.span for when in times]
    assert spans == sorted(spans)
    for when in times:
        assert parse_edtf(when.edtf, ERA).interval == when.interval if when.edtf != "../.." else True
        assert not when.interval.is_empty
        assert when.span is not None and 0 <= when.span.start < when.span.end <= len(text)


RELATIVE = st.sampled_from(
    ("on Monday|on Friday night|yesterday|earlier today|this week|last week|over the weekend|this month|this summer"
     "|last year|in April|in early May|on 3 October|in the summer|three days ago|in recent weeks|earlier this year"
     "|late last year|last March|the previous day|the same day|earlier in the day|over the past two years|in late June"
     "|this morning|overnight|by noon|on the 12th|for a third day|during Ramadan|in March two years ago"
     "|within three days|from February|since Monday|on Friday and Saturday").split("|")
)


@settings(max_examples=300, deadline=None)
@given(RELATIVE, RELATIVE, DAYS)
def test_no_past_event_ends_after_the_publication(one, other, day):
    text = f"Rebels took the town {one}. They had seized it {other}.\n\nThe army was beaten {other}."
    for when in find_times(text, published(str(day))):
        assert when.interval.end is not None and when.interval.end <= day + DAY


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(0, 6))
def test_a_past_weekday_is_one_of_the_last_seven_days(day, number):
    name = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()[number]
    (when,) = find_times(f"Rebels took the town on {name}.", published(str(day)))
    start = when.interval.start
    assert start is not None and start.weekday() == number and timedelta() <= day - start < timedelta(days=7)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(0, 80), st.none() | DAYS)
def test_every_span_has_a_time(text, at, day):
    when = published(str(day)) if day else None
    found = when_of(Story(text, find_times(text, when), when), Span(at, at + 1))
    assert found.reason


@pytest.mark.parametrize("word", ["may ", "in 2014 ", "the very early ", "a few days ", "(", ". A", "X\n", "11 April ",
                                  "since a ", "that on Monday ", ", taken in May ", "Ramadan ", "the 24 hours to "])
def test_hostile_text_takes_linear_time(word):
    def seconds(size: int) -> float:
        text = word * (size // len(word))
        before = time.process_time()
        find_times(text, published())
        return time.process_time() - before

    seconds(1000)
    assert seconds(50_000) < 8 * seconds(12_500) + 0.5


@pytest.mark.parametrize("words", [
    "Rai fell in May, ", "on Monday Rai ", "Rai and Azaz, which fell on Friday, ", "(in June) Rai ",
])  # fmt: skip
def test_dating_every_name_of_one_endless_sentence_takes_linear_time(words):
    def seconds(count: int) -> float:
        text, when = words * count, published()
        times = find_times(text, when)
        before = time.process_time()
        for at in range(0, len(text), len(words)):
            when_of(Story(text, times, when), Span(at, at + 3))
        return time.process_time() - before

    assert seconds(500) < 8 * seconds(125) + 0.5


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.exists(), reason="the seed articles lie beside the checkout")
@pytest.mark.parametrize("number, day, wanted", [
    ("000", "2016-04-11", {"Monday": "2016-04-11", "Thursday": "2016-04-07", "2014": "2014", "Last year": "2015",
                           "since August 2014": "2014-08-01/2016-04-11"}),
    ("001", "2016-06-29", {"Wednesday afternoon": "2016-06-29", "mid-2014": "2014-05/2014-08",
                           "over the weekend": "2016-06-25/2016-06-26", "this month": "2016-06-01/2016-06-29",
                           "earlier in the month": "2016-06-01/2016-06-29",
                           "earlier this month": "2016-06-01/2016-06-29",
                           "earlier this year": "2016-01-01/2016-06-29", "earlier in the day": "2016-06-29"}),
])  # fmt: skip
def test_the_seed_articles_are_dated(number, day, wanted):
    text = next(SEEDS.glob(f"{number}*.txt")).read_text(encoding="utf-8")
    found = {text[when.span.start : when.span.end]: when.edtf for when in find_times(text, published(day)) if when.span}
    assert {words: found.get(words) for words in wanted} == wanted


def test_only_words_that_open_no_expression_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [one.text for part in ("dev", "dev2") for one in load(part)]
    quick = [grammar.expressions(text) for text in texts]
    monkeypatch.setattr(grammar, "openings", lambda lowered: iter(range(len(lowered))))
    assert [grammar.expressions(text) for text in texts] == quick


@pytest.mark.parametrize("text, wanted", [
    ("In the past 24 hours six were killed.", "2016-04-10/2016-04-11"),
    ("They will leave in two weeks.", "2016-04-25"),
    ("It fell in the first quarter of 2015.", "2015-01/2015-03"),
    ("It fell in the third week of March.", "2016-03-15/2016-03-21"),
    ("It fell Fri. night.", "2016-04-08"),
    ("It fell on the 9th of this month.", "2016-04-09"),
    ("No talks before 25 Apr.", "2016-04-11/2016-04-24"),
    ("Two years ago this month it fell.", "2014-04"),
    ("Many have left since the autumn.", "2015-09-01/2016-04-11"),
    ("Jets hit it in the night to 2 April.", "2016-04-01/2016-04-02"),
    ("On 22 May 2014 they reached the prison, besieged since April of the year before.", "2013-04-01/2016-04-11"),
])
def test_expressions_that_a_second_set_of_stories_taught(text: str, wanted: str) -> None:
    assert wanted in edtf_of(text)


@pytest.mark.parametrize("text, wanted", [
    ("On April 8, the Friday before the feast, they took it.", ["2016-04-08"] * 2),
    ("They took it on 4 April, a Monday.", ["2016-04-04"] * 2),
    ("They took it on 4 April, a Tuesday.", ["2016-04-04", "2016-04-05"]),
    ("Talks begin later on Monday.", ["2016-04-11"]),
    ("Since the middle of the month they have been pushing.", ["2016-04-11"]),
    ("It began on 23 March. At the end of the month it was held up.", ["2016-03-23", "2016-03-21/2016-03-31"]),
    ("It is thirty days since the flag went up.", ["2016-03-12"]),
    ("In the years since the war began little changed.", []),
    ("Troops are in Rai, two days after rebels left.", ["2016-04-09"]),
    ("They left on 6 April; the base fell two days later, and on the Saturday the town.",
     ["2016-04-06", "2016-04-08", "2016-04-09"]),
    ("They set out on 2 March. It fell that Friday, and the base the following Sunday.",
     ["2016-03-02", "2016-03-04", "2016-03-06"]),
    ("It fell on 3 February and has stood empty ever since.", ["2016-02-03", "2016-02-03/2016-04-11"]),
    ("The others are to be driven out on Friday.", ["2016-04-15"]),
    ("The first buses are promised for Friday.", ["2016-04-15"]),
    ("They will stop bombing the besieged half on Friday.", ["2016-04-15"]),
    ("The truce has been extended until Friday.", ["2016-04-15"]),
    ("They held out until Friday.", ["2016-04-08"]),
    ("Few now expect it before the summer.", ["2016-04-11/2016-05-31"]),
    ("On Sunday soldiers who had captured it the day before joined up with others.", ["2016-04-10", "2016-04-09"]),
    ("On 1 April, two days after it had called itself a state, A fell. Two days later B followed.",
     ["2016-04-01", "2016-03-30", "2016-04-03"]),
    ("They took it in 2014. It has been promising since June to take the rest.", ["2014", "2015-06-01/2016-04-11"]),
    ("The road has been cut since the dawn of 22 March.", ["2016-03-22/2016-04-11"]),
    ("Rockets have fallen all week. In the course of the summer of 2015 it burnt.", ["2016-04-11", "2015-22"]),
    ("They were finished in 2010; four years on it was theirs.", ["2010", "2014"]),
])
def test_expressions_that_stories_by_eight_more_hands_taught(text: str, wanted: list[str]) -> None:
    assert edtf_of(text) == wanted


@pytest.mark.parametrize("text, wanted", [
    ("He is expected to speak in A on Wednesday.", ["2016-04-13"]),
    ("It was to be handed over on Wednesday.", ["2016-04-13"]),
    ("They left in the night to Friday. By daybreak B had gone too.", ["2016-04-07/2016-04-08", "2016-04-08"]),
    ("They agreed overnight to 2 April.", ["2016-04-01/2016-04-02"]),
    ("Russia has called talks in Astana for Thursday.", ["2016-04-14"]),
    ("Damascus blames them for Thursday's bombing.", ["2016-04-07"]),
    ("Troops were ready for the assault on Thursday.", ["2016-04-07"]),
    ("They spent the Feast of the Sacrifice there.", ["2015-09-24/2015-09-27"]),
    ("A camp opens at Hassan Sham on Saturday.", ["2016-04-16"]),
    ("Ministers assemble in Vienna on Saturday.", ["2016-04-16"]),
    ("Tuesday. It goes on. The field was lost last night, and today the dam.",
     ["2016-04-05", "2016-04-04", "2016-04-05"]),
])
def test_expressions_that_their_second_half_taught(text: str, wanted: list[str]) -> None:
    assert edtf_of(text) == wanted


@pytest.mark.parametrize("text, words, edtf", [
    ("They took Safira on 1 April, recovered Base 80, beside the airport, five days later, and left.",
     "Base 80", "2016-04-06"),
    ("Two years after they were driven out in January 2014, a third of Kobani is rebuilt.", "Kobani", MONDAY),
    ("The army won it in May 2015. General Townsend said that Palmyra was for others to lose.", "Palmyra", MONDAY),
    ("They will merge later this week. A diplomat in Istanbul said it was time.", "Istanbul", MONDAY),
    ("On Friday 111 died, the ministry said. The worst attacks:\n\n- Taji. Bombs at daybreak.\n\n- Mosul. Nine dead.",
     "Mosul", "2016-04-08"),
    ("On Friday 111 died. There is more.\n\n- Mosul. A market is open.", "Mosul", MONDAY),
])
def test_a_name_takes_the_day_that_eight_more_hands_gave_it(text: str, words: str, edtf: str) -> None:
    assert said(text, words).edtf == edtf
