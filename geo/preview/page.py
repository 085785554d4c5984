"""A folium map → one page that opens from a file with the network off.

folium writes links to five hosts. Here every link becomes the file it names, taken from the package XStatic-Leaflet,
and the page forbids its browser (Content-Security-Policy) all requests and all scripts but these.
"""
from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import folium
from xstatic.pkg import leaflet

from geo.errors import InvalidInput

MIMETYPES = {".png": "image/png", ".svg": "image/svg+xml"}

_SCRIPT_LINK = re.compile(r'<script src="([^"]*)"></script>')
_STYLE_LINK = re.compile(r'<link rel="stylesheet" href="([^"]*)"\s*/?>')
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_DATA = re.compile(r'<script type="application/json"[^<]*</script>')
_ADDRESS = re.compile(r"""https?://[^\s"'`)]*|(?:src|href)\s*=\s*["'](?!data:|#)[^"']*|url\(["']?//[^)]*""")
_HEAD = re.compile(r'<html>\s*<head>\s*<title>Dateline</title>\s*<meta http-equiv="content-type"[^>]*>')
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
_CSS_IMAGE = re.compile(r"url\(([\"']?)(?!data:|#)([^)\"']+)\1\)")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def to_html(map: folium.Map) -> str:
    """The page of a map, with every script, style and image inside; the same map gives the same page.

    :raises InvalidInput: when the map links to something that did not come with Dateline, such as a tile server.
    """
    page = map.get_root().render().replace("\r\n", "\n")
    _check(page)
    page = _SCRIPT_LINK.sub(lambda link: f"<script>{_script(link[1])}</script>", page)
    page = _STYLE_LINK.sub(lambda link: f"<style>{_style(link[1])}</style>", page)
    page = _VIEWPORT.sub('<meta name="viewport" content="width=device-width, initial-scale=1">', page)
    head = f'<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Dateline</title>\n{_policy(page)}'
    return _HEAD.sub(lambda _: head, page.strip(), count=1) + "\n"


def _check(page: str) -> None:
    """No address may be left beside the links that become files and the data, whose addresses are only text."""
    rest = _STYLE_LINK.sub("", _SCRIPT_LINK.sub("", _DATA.sub("", page)))
    found = _ADDRESS.search(rest)
    if found:
        raise _no_file(found[0])


def _script(address: str) -> str:
    return _SOURCE_MAP.sub("", _file(address, ".js").read_text(encoding="utf-8")).replace("\r\n", "\n").strip()


def _style(address: str) -> str:
    path = _file(address, ".css")
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    return _CSS_IMAGE.sub(lambda image: f"url({_data_uri(path.parent / image[2])})", text)


def _data_uri(path: Path) -> str:
    if path.suffix not in MIMETYPES or not path.is_file():
        raise _no_file(path.name)
    return f"data:{MIMETYPES[path.suffix]};base64,{b64encode(path.read_bytes()).decode()}"


def _file(address: str, suffix: str) -> Path:
    """Leaflet's file of the same name; a link to anything else has none."""
    path = Path(leaflet.BASE_DIR) / f"leaflet{suffix}"
    if not re.search(rf"/leaflet@[\d.]+/dist/leaflet{re.escape(suffix)}$", address) or not path.is_file():
        raise _no_file(address)
    return path


def _no_file(address: str) -> InvalidInput:
    return InvalidInput(f"map: {address!r} has no local file, want only Leaflet and what preview() draws")


def _policy(page: str) -> str:
    """What the browser may do: run exactly the scripts that are here now, and ask nobody for anything."""
    digests = (sha256(script.encode()).digest() for script in _SCRIPT.findall(page))
    hashes = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    return (
        '<meta http-equiv="Content-Security-Policy" content="'
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'\">"
    )
