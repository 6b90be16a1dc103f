"""Each side's own word on a text: it approves the one that all share, and marks its own draft as ready to present.

Both are of a version, as the confirmation of an agreement is: what is written after that is not what was approved. A
shared text is finished, and handed over, when all sides have approved the same version of it; of drafts that are shown
all at once each side's is shown in the version that it has marked itself (engine.md 20 and 56).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...engine.language.definition import Action
from ...engine.running import joint
from ...engine.running.case import ACTIVE, Place, Scope, Seat
from ...engine.running.moves import Move
from ...engine.turns.whose_turn import recipients
from ...errors import N_, Message, PartyName
from ...store.artefacts import reports
from ...store.case.case_rows import SHARED
from ...store.review.rows import TextRow
from ..case.opening import OpenCase
from ..case.word_facts import approvals
from ..mail.tell import tell_seats

READY = "ready"
_OPEN = N_("Open the report")


# ---- approving


def approve(case: OpenCase, action: Action, place: Place, text: str, party: int | None) -> bool:
    """`party` approves the shared text as it stands. True where no side is left: then it is done."""
    saved = case.rows.saved.get((text, SHARED))
    if party is None or saved is None:
        return True
    given = {str(p): stamp for p, stamp in approvals(case.rows, text).items()}
    case.set_state(text, None, approved={**given, str(party): _stamp(case, saved)})
    reports.mark(case.session, case.review.id, text, SHARED, READY)
    left = joint.awaited(case.case, text, party)
    if not left:
        return True
    case.note(
        "approved_text",
        step=place[0],
        party=party,
        artefact=text,
        state=case.state(text),
        data={"version": saved.number, "action": action.key},
    )
    case.review.version += 1
    subject = N_("%(party)s has approved the report: now it is your turn", party=PartyName(party))
    ask = N_(
        "Read version %(version)s. Approve it, or change it: then all sides approve the new version.",
        version=saved.number,
    )
    _tell(case, action, left, subject, ask)
    return False


def void(case: OpenCase, text: str) -> None:
    """A shared text has been changed: what was approved before is approved no longer, and those sides are told."""
    state = case.rows.states.get((text, SHARED))
    given = sorted(map(int, state.data.get("approved", {}))) if state else []
    if not given:
        return
    case.set_state(text, None, approved={})
    case.note("approval_void", artefact=text, state=case.state(text))
    subject = N_("The report has been changed since you approved it")
    ask = N_("Read what has been changed, and approve the new version.")
    for action in _finishing(case, text):
        _tell(case, action, (p for p in given if p in case.standing.taking_part), subject, ask)
        return


def forget(case: OpenCase, move: Move) -> None:
    """Going back to where a shared text is finished takes the approvals back."""
    before, after = move.before.standing.marks, move.case.standing.marks
    for place, mark in before.items():
        if place in after and after[place].visit == mark.visit:
            continue
        for action in case.workflow.by_path[place[0]].actions.values():
            text = joint.shared_text(case.workflow, action, place)
            if text and case.data(text).get("approved"):
                case.set_state(text, None, approved={})


def _finishing(case: OpenCase, text: str) -> Iterable[Action]:
    """By what the shared text can be finished or handed over now."""
    for place, mark in case.standing.marks.items():
        for action in case.workflow.by_path[place[0]].actions.values():
            if mark.state == ACTIVE and joint.shared_text(case.workflow, action, place) == text:
                yield action


def asked(case: OpenCase, action: Action, sides: Iterable[int]) -> list[Seat]:
    """Those of these sides who can approve."""
    return [
        seat for side in sides for seat in recipients(case.case, action.by, Scope(side)) if seat.party == side
    ]


def _tell(case: OpenCase, action: Action, sides: Iterable[int], subject: Message, ask: Message) -> None:
    seats = asked(case, action, sides)
    link = f"/reviews/{case.review.id}/report/joint"
    tell_seats(case, seats, kind="approve", subject=subject, asks=(ask,), link=link, button=_OPEN)


# ---- marking one's own draft


def mark(case: OpenCase, text: str, party: int) -> TextRow | None:
    """The side's draft, as it stands, is what is shown when all drafts are; None where it has written none."""
    saved = case.rows.saved.get((text, party))
    if saved is not None and case.state(text, party) == "draft":
        case.set_state(text, party, marked=_stamp(case, saved))
        reports.mark(case.session, case.review.id, text, party, READY)
    return saved


def _stamp(case: OpenCase, saved: TextRow) -> dict[str, Any]:
    by = case.account.person_id if case.account else None
    return {"at": case.now.isoformat(), "by": by, "text": saved.name, "version": saved.number}
