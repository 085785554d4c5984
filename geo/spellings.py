"""How else a name that no key finds may be meant: written together, or by the habits of another language."""
from __future__ import annotations

import re
from collections.abc import Iterator

from geo.arabic import arabic_stems, is_arabic

_HABITS = (
    (re.compile(r"(?<![cdgkst])h"), "kh", "Turkish h"),             # Han Şeyhun
    (re.compile(r"ch\b"), "j", "Turkish final ç"),                  # Münbiç
    (re.compile(r"(?<![st])ch"), "kh", "German ch"),                # Chan Scheichun
    (re.compile(r"(?<!d)g(?!h)"), "q", "Iraqi g"),                  # Gayara
    (re.compile(r"g(?!h)"), "j", "Egyptian g"),                     # Singar
    (re.compile(r"g(?!h)"), "gh", "g"),                             # Baguz
    (re.compile(r"(?<!d)j"), "kh", "Spanish j"),                    # Jan Sheijun
    (re.compile(r"(?<![dkgstc])h"), "", "silent h"),
    (re.compile(r"z"), "d", "z for ẓ"),                             # Abu Zuhur
    (re.compile(r"qu(?=[ae])"), "q", "silent u"),                   # Raqqua
    (re.compile(r"^(?:ost|dogu) (.+)|^(.+) orientale?$"), r"east \1\2", "eastern"),  # Doğu Guta
    (re.compile(r"^(?:west|bati) (.+)|^(.+) occidentale?$"), r"west \1\2", "western"),
)
_ARTICLE = re.compile(r"\b(?:al|el)(?=[^\Waeiou]\w{2})")
_FATHER = re.compile(r"^(?:al|el)?(?:abu|abou|abo|ebu|bou|bu)(?=[^\Waeiou]\w{3})")
_MONASTERY = re.compile(r"^(?:deir|dayr|deyr|dair|der)[aeiu]z+(?=\w)")


def other_readings(folded: str) -> Iterator[str]:
    """Other folded spellings that ``folded`` may stand for, the likeliest first, none twice.

    >>> list(other_readings("albab"))[0], list(other_readings("han sheyhun"))[0]
    ('bab', 'khan sheykhun')
    """
    seen = {folded}
    for reading in _readings(folded):
        if reading not in seen:
            seen.add(reading)
            yield reading


def _readings(folded: str) -> Iterator[str]:
    if is_arabic(folded):
        yield from arabic_stems(folded)
        return
    apart = _FATHER.sub("bu ", _MONASTERY.sub("deir z", folded), count=1)
    yield apart
    yield _ARTICLE.sub("", apart)
    for written, meant, _ in _HABITS:
        yield written.sub(meant, folded)
