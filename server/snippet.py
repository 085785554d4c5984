"""What a newsroom pastes into its page: a frame of a fixed height, which a small script makes the right one."""
from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from server import links

SANDBOX = "allow-scripts allow-same-origin allow-popups"


class Frame(NamedTuple):
    """A framed map: its whole address, its title for screen readers, its height in pixels without the listener."""

    address: str
    title: str
    height: int


def responsive(frame: Frame) -> Markup:
    """As wide as its column; ``min-width`` is what old Safari obeys."""
    return Markup(
        '<iframe data-dateline src="{}" title="{}" height="{}" loading="lazy" sandbox="{}" '
        'style="width:0;min-width:100%!important;border:0"></iframe>\n<script async src="{}"></script>'
    ).format(*frame, SANDBOX, links.root() + "embed/listener.js")


def fixed(frame: Frame, width: int) -> Markup:
    """Of one size, without a script: what oEmbed hands on."""
    return Markup(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" sandbox="{}" frameborder="0"></iframe>'
    ).format(frame.address, frame.title, width, frame.height, SANDBOX)
