"""Time expressions of news become days, by tense and by what was told before."""
from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.dates import find_times, when_of
from geo.dating.units import ERA
from geo.edtf import parse_edtf
from geo.interval import DAY, Interval, parse_day
from geo.model import Span, When

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
    return when_of(Span(start, start + len(words)), text, find_times(text, when), when)


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


def test_an_event_without_a_date_is_of_the_publication_and_says_so():
    when = said("The jihadists seized Rai.", "seized")
    assert (when.edtf, when.precision, when.reason) == (MONDAY, "day", "no date is stated: the publication")


def test_an_event_is_never_of_today():
    when = when_of(Span(0, 4), "They left.", (), None)
    assert (when.interval, when.precision) == (Interval(), "period")
    assert "unknown" in when.reason


WORDS = st.sampled_from(
    "on Monday|in May|last|next|the|earlier|this month|2014|since|until|from|to|3|11 April|Apr. 11th|2016-02-30|and|ago"
    "|two|weeks|later|years|for|after|over the weekend|the following|day|had taken|will|took|mid-|early|0|1900s|'14"
    "|spring|in the|.|,|\n|\n\n|—|1000|2099|ninety|between|May 5-7|12/12/2012|60 decades ago|'|İ".split("|")
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
     "|this morning").split("|")
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
    found = when_of(Span(at, at + 1), text, find_times(text, when), when)
    assert found.reason


@pytest.mark.parametrize("word", ["may ", "in 2014 ", "the very early ", "a few days ", "(", ". A", "X\n", "11 April "])
def test_hostile_text_takes_linear_time(word):
    def seconds(size: int) -> float:
        text = word * (size // len(word))
        before = time.perf_counter()
        find_times(text, published())
        return time.perf_counter() - before

    seconds(1000)
    assert seconds(50_000) < 2


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
