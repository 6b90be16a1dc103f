"""More time for an organisation's answer in a round, as the round's pages offer it (the deeds are in more_time.py)."""

from __future__ import annotations

from ...engine.running.case import Place, Time
from ...errors import N_
from ..case.opening import OpenCase
from ..frame.panels import Button
from ..frame.round_head import place_of
from ..turns.askings import href_of, open_askings


def time_button(case: OpenCase, party: int) -> Button | None:
    """The way to ask for it, to answer, or to give it unasked, whichever is the reader's; None where none is."""
    place = answering(case, party)
    if place is None:
        return None
    if case.may(Time(place)):
        return Button(N_("Ask for more time"), href_of(case, place, own=True))
    if not case.may(Time(place, grants=True)):
        return None
    asked = any(entry.party == party for entry in open_askings(case))
    return Button(N_("Asks for more time: answer") if asked else N_("Give more time"), href_of(case, place))


def answering(case: OpenCase, party: int) -> Place | None:
    """Where the party's answer is waited for."""
    found = place_of(case, "say", party)
    return found[0] if found else None
