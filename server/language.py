"""In which language a request is answered: the one of its ``lang``, else the first of the reader's that we have."""
from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, Response, g, request

from geo.errors import InvalidParameter
from server import params
from server.resources import get_styles
from server.speech import LANGUAGES
from server.voice import Voice

NAME = "lang"
"""Of the query parameter; ``language`` is an option of frames."""

KEPT_BY = ("maps.", "embed.start", "deskpage.")
"""How the endpoints begin to which a reader's choice is handed on, address by address: we keep no cookie."""


def install(app: Flask) -> None:
    app.context_processor(_words)
    app.url_defaults(_hand_on)
    app.after_request(_vary)
    app.add_template_filter(lambda day: voice().long_day(day), "long_day")
    app.add_template_filter(lambda row: voice().span(row), "span_text")
    app.add_template_filter(lambda kind: voice().event(kind), "event_word")
    app.add_template_filter(lambda code: voice().actor(code, get_styles()), "actor")
    app.add_template_filter(lambda control: voice().control(control, get_styles()), "control_text")


def voice() -> Voice:
    """
    :raises BadParameter: for a language that we do not have.
    """
    if "voice" not in g:
        asked = params.once(request.args.to_dict(flat=False), NAME, _known, ", ".join(LANGUAGES))
        g.voice = Voice(asked or request.accept_languages.best_match(LANGUAGES) or "en")
        g.by_reader = asked is None
    found: Voice = g.voice
    return found


def speak(language: str) -> None:
    """Answer in this language, whatever the reader's are: the options of a frame say so."""
    g.voice, g.by_reader = Voice(language), False


def _known(text: str) -> str:
    if text not in LANGUAGES:
        raise InvalidParameter(f"language: {text[:20]!r}")
    return text


def _words() -> dict[str, Any]:
    """``say("page.map")`` is a message; ``languages`` are all that there are, by code and own name; ``root`` is the
    address of our first page without any choice."""
    names = [(code, str(Locale(code).get_language_name(code)).capitalize()) for code in LANGUAGES]
    spoken = voice()
    return {
        "say": spoken.say, "voice": spoken, "languages": names, "root": f"{request.script_root}/",
        "in_language": _this_page, "chosen": request.args.get(NAME),
        "follows_reader": (request.endpoint or "").startswith(KEPT_BY),
    }


def _this_page(language: str) -> str:
    """The address of the same in another language."""
    rest = [(name, text) for name, text in request.args.items(multi=True) if name != NAME]
    return f"{request.script_root}{request.path}?{urlencode([*rest, (NAME, language)])}"


def _hand_on(endpoint: str, values: MutableMapping[str, Any]) -> None:
    if endpoint.startswith(KEPT_BY) and NAME not in values and request:
        chosen = request.args.get(NAME)
        if chosen in LANGUAGES and request.endpoint and request.endpoint.startswith(KEPT_BY):
            values[NAME] = chosen


def _vary(response: Response) -> Response:
    """A page that follows the reader's languages is another one for another reader."""
    if g.get("by_reader"):
        response.vary.add("Accept-Language")
    return response
