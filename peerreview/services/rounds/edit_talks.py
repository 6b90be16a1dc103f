"""The lead's talk with each interested organisation: a note that stays the lead's own, and the expectations agreed,
which the organisation reads."""

from __future__ import annotations

from datetime import datetime

from ...errors import N_, Conflict, NotFound
from ...store.review import rounds as store
from ...store.review.rounds import Dialogue
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.change import fire
from ..frame.round_head import do_of, place_of
from .round_case import changing_in

MOST = 8000


def save_talk(
    house: House,
    *,
    actor: Account,
    round_id: int,
    party: int,
    note: str,
    expectations: str,
    seen: int,
    held: bool = False,
    now: datetime,
) -> None:
    """Keep the note and the expectations; `held`: and say that the talk is done. Raises Invalid, Refused, Conflict."""
    checks = Checks()
    note = checks.text("note", note, most=MOST)
    expectations = checks.text("expectations", expectations, most=MOST)
    checks.stop()
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        if party not in case.standing.parties:
            raise NotFound(f"party {party}")
        case.require("notes", "write", party)
        row = store.dialogues(case.session, round_id).get(party)
        if (row.number if row else 0) != seen:
            raise Conflict(
                N_("another text was saved since you began"), theirs=row.note if row else "", mine=note
            )
        if row is None or (row.note, row.expectations) != (note, expectations):
            _add(case, party, row, note, expectations)
        if held:
            fire(case, do_of(case, "held", party))


def close(house: House, *, actor: Account, round_id: int, parties: tuple[int, ...], now: datetime) -> int:
    """The round waits no longer for the answers of these; gives how many it waited for. Raises Refused."""
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        waited = [party for party in parties if place_of(case, "close", party) is not None]
        for party in waited:
            fire(case, do_of(case, "close", party))
        return len(waited)


def expectations_of(case: OpenCase, party: int) -> str | None:
    """What was agreed with a party, for whoever may read it; None where there is nothing for them."""
    if not case.sees("dialogue", "read", party):
        return None
    row = store.dialogues(case.session, case.review.id).get(party)
    return row.expectations if row else ""


def _add(case: OpenCase, party: int, row: Dialogue | None, note: str, expectations: str) -> None:
    """A line of history for each of the two that changed: the lead's note is nobody else's."""
    assert case.account is not None
    case.session.add(
        Dialogue(
            review_id=case.review.id,
            party=party,
            number=(row.number if row else 0) + 1,
            note=note,
            expectations=expectations,
            saved_at=case.now,
            saved_by=case.account.person_id,
        )
    )
    if note != (row.note if row else ""):
        case.note("notes_kept", artefact="notes", party=party, about_party=party, state="open")
    if expectations != (row.expectations if row else ""):
        state = case.state("dialogue", party)
        case.note("talk_saved", artefact="dialogue", party=party, about_party=party, state=state)
