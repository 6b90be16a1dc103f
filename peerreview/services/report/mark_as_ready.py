"""A side's draft is marked as ready to present anew, after its step is over; and what its team sees of that.

When all drafts are shown at once, each is shown in the version that its own side has marked. Whoever writes on after
that marks it again, or the others see the version that was marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...errors import N_, NotFound, PartyName, Refused
from ..base import fingerprint
from ..base.house import Account, House
from ..case import texts
from ..case.opening import OpenCase
from ..case.texts import Stamp, Which
from ..case.word_facts import approvals
from ..deeds import own_word
from ..deeds.change import changing
from ..foresight import listed
from ..turns import own_mark

MARK = N_("Mark the draft as ready to present")


@dataclass(frozen=True)
class ReadyView:
    """What will be shown of a side's draft: version `number`, marked `at`; None: none yet. `newer`: more has been
    written since. `may`: the reader can mark what stands there now; `seal` is the fingerprint of that."""

    number: int | None
    at: datetime | None
    newer: bool
    may: bool
    seal: str = ""


@dataclass(frozen=True)
class ApprovalView:
    """A side and its approval of a shared text as it stands; `stamp` None: not yet."""

    party: int
    stamp: Stamp | None


def ready_of(case: OpenCase, one: Which) -> ReadyView | None:
    """For the text's own team, until it is shown; None for a text that is not shown together with others."""
    text, saved = one.artefact.key, case.rows.saved.get((one.artefact.key, one.slot))
    if one.owner is None or text not in case.workflow.shown_together or saved is None:
        return None
    if case.state(text, one.owner) != "draft" or not texts.sees_drafts(case, one) or case.standing.ended:
        return None
    marked = case.data(text, one.owner).get("marked")
    newer = marked is not None and marked["text"] != saved.name
    may = own_mark.may_mark(case, text, one.owner) and (marked is None or newer)
    if marked is None and not may:
        return None
    return ReadyView(
        number=marked["version"] if marked else None,
        at=datetime.fromisoformat(marked["at"]) if marked else None,
        newer=newer,
        may=may,
        seal=_seal(case, one) if may else "",
    )


def _seal(case: OpenCase, one: Which) -> str:
    assert case.account is not None
    return fingerprint.seal(case.house, case.account, _name(case, one), _things(case, one))


def _name(case: OpenCase, one: Which) -> str:
    return f"mark:{case.review.id}:{one.artefact.key}:{one.owner}"


def _things(case: OpenCase, one: Which) -> list[fingerprint.Thing]:
    return listed.text_of(case, one.artefact, one.owner)


def approvals_of(case: OpenCase, one: Which) -> tuple[ApprovalView, ...]:
    """Of a shared text: which sides have approved it as it stands, where one of them has."""
    if one.owner is not None or "handed_over" in texts.acts_of(case, one):
        return ()
    given = approvals(case.rows, one.artefact.key)
    if not given:
        return ()
    return tuple(
        ApprovalView(party, Stamp(datetime.fromisoformat(given[party]["at"])) if party in given else None)
        for party in case.standing.taking_part
    )


def mark_ready(
    house: House, *, actor: Account, review_id: int, key: str, shown: str | None = None, now: datetime
) -> int:
    """The own side's draft, as it stands, is what will be shown. Raises Refused, and Changed where it is another than
    the form showed; gives the version's number."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        one = texts.which(case, key)
        text, owner = one.artefact.key, one.owner
        if owner is None or owner not in case.actor.parties() or text not in case.workflow.shown_together:
            raise NotFound(f"report {key}")
        if not own_mark.may_mark(case, text, owner):
            raise Refused(N_("the draft cannot be marked as ready in this step"))
        fingerprint.require(house, actor, _name(case, one), _things(case, one), shown, title=MARK)
        if not case.case.facts.get(text, "ready", owner):
            raise Refused(N_("the report of %(party)s is still empty", party=PartyName(owner)))
        saved = own_word.mark(case, text, owner)
        assert saved is not None
        data = {"version": saved.number}
        case.note("marked_ready", party=owner, artefact=text, about_party=owner, state="draft", data=data)
        return saved.number
