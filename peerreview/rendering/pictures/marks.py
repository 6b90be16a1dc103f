"""The five marks of where a thing stands: each a shape and a word, so that colour only helps."""

from __future__ import annotations

from typing import Final, Literal

from markupsafe import Markup

from peerreview.errors import N_, Message

State = Literal["todo", "doing", "done", "late", "locked"]

STATE_WORDS: Final[dict[str, Message]] = {
    "todo": N_("Not begun"),
    "doing": N_("In progress"),
    "done": N_("Done"),
    "late": N_("Late"),
    "locked": N_("Locked"),
}

# Drawn in a square of 20 by 20; the sheets give ring, fill and cut their colours.
_SHAPES: Final[dict[str, str]] = {
    "todo": '<circle class="ring" cx="10" cy="10" r="8"/>',
    "doing": '<circle class="ring" cx="10" cy="10" r="8"/><path class="fill" d="M10 2a8 8 0 0 0 0 16z"/>',
    "done": '<circle class="fill" cx="10" cy="10" r="9"/><path class="cut" d="M5.8 10.4l2.8 2.8 5.6-6"/>',
    "late": '<path class="fill" d="M10 .6 19.4 10 10 19.4.6 10z"/><path class="cut" d="M10 5.2v5.6M10 13.8v.6"/>',
    "locked": '<rect class="fill" x="4" y="4" width="12" height="12" rx="1.5"/>',
}


def shape(state: str) -> str:
    """The shape alone, to stand inside a drawing; an unknown state looks like one not begun."""
    return _SHAPES.get(state, _SHAPES["todo"])


def mark(state: str) -> Markup:
    """A mark to stand beside its word."""
    known = state if state in _SHAPES else "todo"
    return Markup(
        f'<svg class="mark mark-{known}" viewBox="0 0 20 20" width="20" height="20" '
        f'aria-hidden="true" focusable="false">{shape(known)}</svg>'
    )
