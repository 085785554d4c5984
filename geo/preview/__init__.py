"""Features → one folium map with a time slider, and that map → one HTML page that opens offline.

No text of a story ever becomes HTML, JavaScript or a template: all data travels in one inert JSON block, and our own
script, which holds no data, builds every marker and card with ``textContent``.
"""
from __future__ import annotations

from geo.preview.content import Content, story_days
from geo.preview.page import to_html
from geo.preview.storymap import StoryMap, preview

__all__ = ["Content", "StoryMap", "preview", "story_days", "to_html"]
