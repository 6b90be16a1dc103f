"""Follow-up: what a side has changed since it was reviewed, row by row, until it is handed in.

Read by the side itself with its contact, by the side that reviewed it, and by the lead. A row may point at a
question; its words are shown to those alone who may read the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...engine.language.definition import Artefact
from ...errors import N_, Conflict, Message, NotFound, Refused
from ...store.artefacts import evaluations as store
from ...store.artefacts.evaluations import FollowUp
from ..base import save_tokens
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.change import changing
from .follow_up_page import FIELDS, MAX_CHANGE, MAX_FINDING, answered, artefact_of, why_not_of

STATUS_WORDS: dict[str, Message] = {
    "not_begun": N_("Not begun"),
    "begun": N_("Begun"),
    "done": N_("Done"),
}


@dataclass(frozen=True)
class FollowUpForm:
    """What was typed of a row, as it was typed."""

    question: str = ""
    finding: str = ""
    change: str = ""
    status: str = "not_begun"


class RowClash(Conflict):
    """Somebody has changed the row meanwhile."""

    def __init__(self, name: str):
        super().__init__(
            N_(
                "%(name)s has changed this row since you opened it. Nothing of yours is lost: "
                "both stand here. Save again to keep what is in the form.",
                name=name,
            )
        )


def add_follow_up(house: House, *, actor: Account, review_id: int, form: FollowUpForm, now: datetime) -> int:
    """A new row of the own side; gives its id. Raises Refused, Invalid (question, finding, change, status)."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        artefact = _writable(case)
        party = case.own_party()
        assert party is not None
        row = FollowUp(review_id=review_id, artefact=artefact.key, party=party, version=0)
        _fill(case, row, form, actor)
        case.session.add(row)
        case.session.flush()
        return row.id


def change_follow_up(
    house: House,
    *,
    actor: Account,
    review_id: int,
    row_id: int,
    token: str,
    form: FollowUpForm,
    now: datetime,
) -> None:
    """Raises Refused, NotFound, Invalid, and RowClash where somebody else has saved the row since."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _own_row(case, _writable(case), row_id)
        if save_tokens.version_in(token) != row.version and not _same(row, form):
            raise RowClash(_name(case, row))
        _fill(case, row, form, actor)


def save_field(
    house: House,
    *,
    actor: Account,
    review_id: int,
    row_id: int,
    field: str,
    text: str,
    token: str,
    now: datetime,
) -> str:
    """One text of a row, saved while it is written; gives the next token. Raises as change_follow_up."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _own_row(case, _writable(case), row_id)
        if field not in FIELDS:
            raise NotFound(field)
        checks = Checks()
        text = checks.text(field, text, most=FIELDS[field])
        checks.stop()
        before = getattr(row, field)
        if text != before:
            if not save_tokens.began_from(token, before):
                raise RowClash(_name(case, row))
            setattr(row, field, text)
            row.version, row.saved_at, row.saved_by = row.version + 1, now, actor.person_id
        return save_tokens.token_of(row.version, text)


def remove_follow_up(
    house: House, *, actor: Account, review_id: int, row_id: int, token: str, now: datetime
) -> None:
    """The row is no longer shown; it stays in the archive. Raises as change_follow_up."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _own_row(case, _writable(case), row_id)
        if save_tokens.version_in(token) != row.version:
            raise RowClash(_name(case, row))
        row.removed_at = now


# ---- reading


# ---- writing


def _writable(case: OpenCase) -> Artefact:
    artefact = artefact_of(case)
    if why := why_not_of(case, artefact):
        raise Refused(why)
    return artefact


def _own_row(case: OpenCase, artefact: Artefact, row_id: int) -> FollowUp:
    row = store.follow_up_row(case.session, case.review.id, artefact.key, row_id)
    if row is None or row.party != case.own_party():
        raise NotFound(f"follow-up {row_id}")
    return row


def _name(case: OpenCase, row: FollowUp) -> str:
    rows = store.follow_ups_of(case.session, case.review.id, row.artefact, row.party)
    return next((name for one, name in rows if one.id == row.id), "")


def _same(row: FollowUp, form: FollowUpForm) -> bool:
    checks = Checks()
    typed = tuple(checks.text(f, getattr(form, f), most=most) for f, most in FIELDS.items())
    asked = str(row.question_id or "")
    return (asked, row.finding, row.change, row.status) == (form.question, *typed, form.status)


def _fill(case: OpenCase, row: FollowUp, form: FollowUpForm, actor: Account) -> None:
    """Check what was typed and put it into the row. Raises Invalid."""
    checks = Checks()
    asked = {str(question.id): question.id for question in answered(case)}
    if row.question_id is not None:
        asked[str(row.question_id)] = row.question_id
    if form.question and form.question not in asked:
        checks.faults["question"] = N_("Choose a question from the list, or none.")
    missing = None if form.question else N_("Write what you follow up, or choose a question.")
    finding = checks.text("finding", form.finding, most=MAX_FINDING, missing=missing)
    begun = form.status in ("begun", "done")
    wanted = N_("Write what has changed, or say that it has not begun.") if begun else None
    change = checks.text("change", form.change, most=MAX_CHANGE, missing=wanted)
    checks.one_of("status", form.status, tuple(STATUS_WORDS))
    checks.stop()
    row.question_id, row.finding, row.change = asked.get(form.question), finding, change
    row.status, row.version = form.status, row.version + 1
    row.saved_at, row.saved_by = case.now, actor.person_id
