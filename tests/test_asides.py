"""The telling goes on from its own day, and not from that of an aside; entries of a list have their own."""
from __future__ import annotations

import pytest

from geo.articles import article
from geo.pipeline import bundled


def days(text: str, published: str) -> dict[str, str]:
    """Each name of a place and the day of the last event there, else its own."""
    reading = bundled().read(article(text, {"date": published}, "x"))
    found = {one.toponym.text: one.when.edtf for one in reading.mentions if one.place and one.when}
    return found | {one.place.name: one.when.edtf for one in reading.events if one.place}


@pytest.mark.parametrize("text, published, name, day", [
    ("Kurdish fighters took Tabqa on Sunday, ten days after they had lost it. Peshmerga entered Zumar in the morning.",
     "2017-09-05", "Zumar", "2017-09-03"),
    ("The old flag flew in Daraa on Thursday, where protests began in 2011. Rebels took Tafas the day before.",
     "2018-07-13", "Tafas", "2018-07-11"),
    ("Soldiers took Arsal on Saturday. Three of them had been killed by a mine on Thursday. On the far side the army "
     "attacked Qara.", "2017-08-21", "Qara", "2017-08-19"),
    ("Rebels had taken Rai on Thursday. They attacked Dudiyan.", "2016-04-11", "Dudiyan", "2016-04-07"),
    ("Troops attacked Morek on Monday, the first assault since Moscow entered the war a week ago. Four ships fired "
     "missiles at Raqqa.", "2015-10-07", "Raqqa", "2015-10-05"),
    ("It was a bad week. Tuesday: the city of Mosul falls. Wednesday: Tikrit and Baiji are lost.", "2014-06-15",
     "Baiji", "2014-06-11"),
    ("19 July: rebels seize Bab al-Hawa. 28 July: tanks move on Homs; the governor promises that it will be clean "
     "within days.", "2012-07-29", "Homs", "2012-07-28"),
    ("Mortar bombs had begun to fall on Taji at half past nine on Sunday evening.", "2013-07-24", "Taji", "2013-07-21"),
])
def test_a_day_is_that_of_the_telling(text: str, published: str, name: str, day: str) -> None:
    assert days(text, published)[name] == day
