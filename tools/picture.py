"""Take the pictures of the docs from the running demo: ``make demo`` first, then ``python tools/picture.py``."""
from __future__ import annotations

import re
import shutil
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "img"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main(root: str) -> None:
    """Write ``docs/img/story.png`` and ``map.png``, 1280 by 800 pixels."""
    with urllib.request.urlopen(f"{root}/stories/") as page:
        listed = page.read().decode()
    story = re.search(r'href="(/stories/[0-9a-f]+)"[^>]*>Border town', listed)
    if story is None:
        sys.exit("the demo's al-Rai story is not served there")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        window = browser.new_page(viewport={"width": 1280, "height": 800})
        for name, path in (("story", story[1]), ("map", "/#map=7/35.5/39&date=2016-04-09")):
            window.goto(root + path)
            window.wait_for_load_state("networkidle")
            window.wait_for_timeout(1000)
            window.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
