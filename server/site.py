"""The pages as a folder of files for any web host: no server of ours behind them, archives in place of tiles."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, render_template

from geo.assets import data_path
from geo.errors import InvalidParameter
from geo.model import Query
from geo.store import Store
from server import assets, basemap, embed, language, page, security, vendor
from server.page import View
from server.showing import Showing
from server.story import Story, tell, title_of
from server.voice import Voice

LIST = "dateline-site.json"
"""All files of the site: what the next publishing may remove."""
VENDOR = "vendor/leaflet-1.9.3/"
POLICY = security.POLICY.partition("; frame-ancestors")[0]
"""A policy in a page cannot say who may frame it."""
HERE = {"map.html": "/", "stories.html": "/stories/"}
"""Where the service has the page, for those that mark themselves among the links to all pages."""

Files = dict[str, bytes]


@dataclass(frozen=True)
class Pages:
    """Writes the pages of a store in one language. ``archives``: the collections that there are archives of."""

    app: Flask
    store: Store
    archives: Sequence[str]
    version: str
    voice: Voice

    def all(self) -> Iterator[tuple[str, bytes]]:
        """Path and content of each page; the front page is the last."""
        language.speak(self.voice.language)
        whole = page.whole(self.store)
        for row in self.store.read("articles", Query()):
            told = tell(self.store, row.id)
            view, name = page.of_story(told, whole), f"{quote(row.id, safe='')}.html"
            yield f"stories/{name}", self._page("story.html", "../", page.data(view, story=told), story=told)
            yield f"embed/{name}", self._frame("../", told, view, f"../stories/{name}")
        yield "embed.html", self._frame("", None, whole, "index.html")
        stories = sorted(self.store.read("articles", Query()), key=lambda each: str(each.properties["published"]))
        yield "stories.html", self._page("stories.html", "", None, articles=stories[::-1])
        yield "index.html", self._page("map.html", "", page.data(whole))

    def _frame(self, root: str, told: Story | None, view: View, full: str) -> bytes:
        """As the service shows it without any options; ``full`` leads to the page that it is from."""
        asked = Showing(language=self.voice.language)
        with self._speaking("/embed/"):
            data = embed.frame_data(told, asked, view)
        title = title_of(told.article, self.voice) if told else self.voice.say("page.whole")
        return self._page("embed.html", root, data, story=told, asked=asked, title=title, full=full)

    def _page(self, template: str, root: str, data: Mapping[str, object] | None, **values: object) -> bytes:
        """``root`` leads from the page to the folder of the site."""
        scripts = assets.published_modules()
        with self._speaking(HERE.get(template, "/embed/")):
            return render_template(
                template, **values, data=data and self._static(data, root), root=root, published=True, policy=POLICY,
                asset=lambda name: f"{root}assets/{self.version}/{name}", modules=scripts, url_for=_address(root),
                follows_reader=False,
            ).encode()

    @contextmanager
    def _speaking(self, address: str) -> Iterator[None]:
        with self.app.test_request_context(address):
            language.speak(self.voice.language)
            yield

    def _static(self, data: Mapping[str, Any], root: str) -> dict[str, object]:
        """The data of a page whose tiles come out of archives and whose answers out of tiles."""
        return {
            **data,
            "backdrop": None,
            "layers": [name for name in data["layers"] if name in self.archives],
            "archives": {name: f"{root}tiles/{name}.pmtiles" for name in self.archives},
            "urls": {"tilejson": f"{root}tiles/{{collection}}.json", "basemap": f"{root}basemap/{{name}}.geojson"},
        }


def _address(root: str) -> Callable[..., str]:
    """In place of Flask's ``url_for``: files, by relative addresses, so that the site may lie anywhere."""
    def url_for(endpoint: str, **values: str) -> str:
        return root + {
            "maps.start": "index.html",
            "maps.stories": "stories.html",
            "maps.story": f"stories/{quote(quote(values.get('article_id', ''), safe=''))}.html",
            "vendor.serve": VENDOR + values.get("name", ""),
        }[endpoint]

    return url_for


def write_site(app: Flask, store: Store, folder: Path, archives: Sequence[str], voice: Voice) -> list[str]:
    """Write all but the archives, pages last; remove what an earlier publishing wrote and this one does not.

    Names of all files, archives included.
    """
    with app.app_context():
        scripts = assets.all_files()
    version = blake2b(b"".join(scripts.values()), digest_size=6).hexdigest()
    done = [f"tiles/{name}{ending}" for name in archives for ending in (".pmtiles", ".json")]
    with app.test_request_context("/"):
        fixed = {f"assets/{version}/{name}": body for name, body in scripts.items()}
        fixed |= {VENDOR + name: vendor.checked(name, vendor.folder()) for name in vendor.HASHES}
        names = (f"{name}.geojson" for name in basemap.NAMES)
        fixed |= {f"basemap/{name}": data_path("basemap", name).read_bytes() for name in names}
        for name, body in (*fixed.items(), *Pages(app, store, archives, version, voice).all()):
            put(folder / name, body)
            done.append(name)
    known = _listed(folder)
    put(folder / LIST, json.dumps({"files": sorted(done)}, indent=1).encode())
    for name in set(known) - set(done):
        (folder / name).unlink(missing_ok=True)
    return sorted(done)


def check(folder: Path) -> None:
    """:raises InvalidParameter: for the folder of something else."""
    if folder.exists() and not folder.is_dir():
        raise InvalidParameter(f"{folder}: not a folder")
    if (folder / "index.html").exists() and not (folder / LIST).exists():
        raise InvalidParameter(f"{folder}: holds pages that were not published by dateline; want an empty folder")


def put(path: Path, body: bytes) -> None:
    """Write a file whole or not at all; one that holds the same stays as it is, for tools that copy what is new."""
    if path.is_file() and path.read_bytes() == body:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(body)
    partial.replace(path)


def _listed(folder: Path) -> list[str]:
    """Files of the last publishing; none that a made-up list would have outside the folder."""
    try:
        names = json.loads((folder / LIST).read_text())["files"]
    except (OSError, ValueError, KeyError):
        return []
    inside = folder.resolve()
    return [name for name in names if (folder / name).resolve().is_relative_to(inside)]
