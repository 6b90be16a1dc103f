"""A review at a chosen point, with a word planted in everything that somebody wrote or is called.

Each word ("zq12z") stands in one thing alone, and `Planted.words` knows which cell of the table of who sees
what it belongs to and whose it is. Where the word turns up, the thing has been shown. The two sides that
are not asked about can be told apart in a ring: side p reviews p + 1 and is reviewed by p - 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from peerreview.services.base.house import House
from tests.services.review_fixtures import make_review

from .beginnings import _collect, _declined, _first_meeting, _people, _proposed, _teams
from .endings import (
    _cancelled,
    _closed,
    _closing,
    _evaluation,
    _follow_up,
    _opened,
    _presented,
    _second_meeting,
)
from .plot import ENDS, SCENES, Ids, Planted, Word, ids_of


def plant(
    house: House, parties: int, scene: str, *, beside: Planted | None = None, **agreement: Any
) -> Planted:
    """A review at `scene`. `beside`: another one in the same house, which gives the lead."""
    cast = make_review(house, parties, lead=beside.cast.lead if beside else None)
    found = Planted(house, cast, first=beside.first + 1000 if beside else 0)
    cast.agreement.update(agreement)
    _people(found)
    for one in path_to(scene):
        play_to(found, one)
    return found


def path_to(scene: str) -> tuple[str, ...]:
    """The scenes one after the other."""
    last = ENDS.get(scene, scene)
    return SCENES[: SCENES.index(last) + 1] + ((scene,) if scene in ENDS else ())


def play_to(p: Planted, scene: str) -> None:
    """From the scene before."""
    _PLAYS[scene](p)


_PLAYS: Mapping[str, Callable[[Planted], None]] = {
    "proposed": _proposed,
    "teams": _teams,
    "first_meeting": _first_meeting,
    "collect": _collect,
    "opened": _opened,
    "second_meeting": _second_meeting,
    "presented": _presented,
    "closing": _closing,
    "evaluation": _evaluation,
    "follow_up": _follow_up,
    "closed": _closed,
    "declined": _declined,
    "cancelled": _cancelled,
}


__all__ = ["ENDS", "SCENES", "Ids", "Planted", "Word", "_people", "ids_of", "plant", "play_to"]
