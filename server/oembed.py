"""``/oembed``: oEmbed 1.0 (oembed.com) for our own pages, so that a link pasted into a CMS becomes a frame."""
from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, json, request, url_for
from werkzeug.exceptions import NotImplemented as FormatMissing

from geo.errors import NotFound
from geo.stills import LEAST, Size
from server import caching, links, params
from server.params import BadParameter
from server.resources import get_store
from server.showing import OF_FRAME, showing
from server.snippet import Frame, fixed
from server.story import tell, title_of
from server.voice import Voice

bp = Blueprint("oembed", __name__)

WIDTH = 640
CARD = Size()
NAMES = ("url", "format", "maxwidth", "maxheight")
FOR_SECONDS = int(timedelta(days=1).total_seconds())
LONGEST = 2000
"""Characters of an address that is looked at."""


@bp.get("/oembed")
def answer() -> Response:
    args = request.args.to_dict(flat=False)
    params.check_names(args, NAMES)
    form = params.once(args, "format", str, "json") or "json"
    if form == "xml":
        raise FormatMissing("format: 'xml', want json")
    if form != "json":
        raise BadParameter("format", form, "json")
    url = params.once(args, "url", str, "an address of this service")
    if url is None:
        raise BadParameter("url", "", "an address of this service")
    most = [params.once(args, name, params.positive, "a whole number from 1") for name in NAMES[2:]]
    body = json.dumps(_rich(url, *most), ensure_ascii=False, sort_keys=False)
    return caching.respond(caching.pack(body.encode(), caching.accepted()), "application/json")


def _rich(url: str, max_width: int | None, max_height: int | None) -> dict[str, object]:
    article, options = _meant(url)
    asked = showing(parse_qs(urlencode(options)), OF_FRAME)
    spoken = Voice(asked.language)
    title = title_of(tell(get_store(), article).article, spoken) if article else spoken.say("page.whole")
    path = url_for("embed.story", article_id=article) if article else url_for("embed.whole")
    address = links.root() + path.lstrip("/") + (f"?{urlencode(options)}" if options else "")
    width = min(WIDTH, max_width or WIDTH)
    frame = Frame(address, title, min(asked.height, max_height or asked.height))
    picture = url_for("previews.story", article_id=article) if article else url_for("previews.zones")
    return {
        "version": "1.0", "type": "rich", "provider_name": "Dateline", "provider_url": links.root(),
        "title": title, "width": width, "height": frame.height, "html": str(fixed(frame, width)),
        "cache_age": FOR_SECONDS, **_thumbnail(links.root() + picture.lstrip("/"), max_width, max_height),
    }


def _thumbnail(address: str, max_width: int | None, max_height: int | None) -> dict[str, object]:
    """Within the limits too; none where they leave no room for one."""
    width = min(600, max_width or 600, int((max_height or CARD.height) * CARD.width / CARD.height))
    height = round(width * CARD.height / CARD.width)
    if height < LEAST:
        return {}
    query = urlencode({"width": width, "height": height})
    return {"thumbnail_url": f"{address}?{query}", "thumbnail_width": width, "thumbnail_height": height}


def _meant(url: str) -> tuple[str | None, list[tuple[str, str]]]:
    """The story of an address, ``None`` for the whole map, and the options that a frame of it gets.

    :raises NotFound: for an address that is not one of our maps.
    """
    root, given = urlsplit(links.root()), urlsplit(url[:LONGEST])
    inside = given.path.removeprefix(root.path)
    is_ours = given.scheme in ("http", "https") and given.netloc == root.netloc and given.path.startswith(root.path)
    kind, _, rest = inside.partition("/")
    if not is_ours or "/" in rest or kind not in ("", "stories", "embed") or (kind == "stories" and not rest):
        raise NotFound(f"url: {url[:80]!r}, want the map, a story or a frame of {links.root()}")
    options = parse_qsl(given.query, keep_blank_values=True) if kind == "embed" else _fragment(given.fragment)
    return (None if rest in ("", "map") else rest), options


def _fragment(text: str) -> list[tuple[str, str]]:
    """Of a link that a reader copied from the map: ``#map=9/36.5/37.5&date=2016-04-09``."""
    return [(name, value) for name, value in parse_qsl(text) if name == "date"]
