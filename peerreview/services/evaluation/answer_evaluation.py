"""Evaluation: each person's own answers, saved as a draft until they are handed in.

Nobody else reads them; the lead sees them compiled (services/evaluation/compiled.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...errors import N_, Conflict, Invalid, NotFound, Refused
from ...store.artefacts.evaluations import FormAnswer
from ..base import save_tokens
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.change import changing
from .compiled import function_of
from .evaluation_page import Form, artefact_of, why_not_of
from .log_hours import hours_typed

MAX_ANSWER = 4000
MOST_HOURS = 2000
SCALE = (1, 2, 3, 4, 5)
_CHANGED = N_(
    "You have saved other answers since you opened this page, in another window perhaps. Nothing is lost: "
    "both stand here. Save again to keep what is in the form."
)


@dataclass(frozen=True)
class Saved:
    token: str
    at: datetime
    handed_in: bool = False


def save_evaluation(
    house: House,
    *,
    actor: Account,
    review_id: int,
    answers: Mapping[str, str],
    token: str,
    hand_in: bool = False,
    now: datetime,
) -> Saved:
    """Save own answers, `hand_in`: and hand them in, after which they cannot be changed.

    Raises Refused, Invalid (by field), Conflict where another window has saved since."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        form = _writable(case, actor)
        cleaned = _checked(form, answers, hand_in)
        if save_tokens.version_in(token) != form.version and dict(form.answers) != cleaned:
            raise Conflict(_CHANGED)
        row = _keep(form, cleaned)
        if hand_in:
            case.refresh()
            Form(case, form.artefact, form.person).hand_in()
        return Saved(save_tokens.token_of(row.version), now, hand_in)


def save_answer(
    house: House, *, actor: Account, review_id: int, key: str, text: str, token: str, now: datetime
) -> Saved:
    """One text of the form, saved while it is written. Raises Refused, NotFound, Invalid, Conflict."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        form = _writable(case, actor)
        if not any(f["key"] == key and f["kind"] == "text" for f in form.artefact.fields):
            raise NotFound(key)
        checks = Checks()
        text = checks.text(key, text, most=MAX_ANSWER)
        checks.stop()
        if text != form.text(key) and not save_tokens.began_from(token, form.text(key)):
            raise Conflict(_CHANGED)
        row = _keep(form, {**form.answers, key: text})
        return Saved(save_tokens.token_of(row.version, text), now)


def _writable(case: OpenCase, actor: Account) -> Form:
    form = Form(case, artefact_of(case), actor.person_id)
    if why := why_not_of(form):
        raise Refused(why)
    return form


def _keep(form: Form, answers: Mapping[str, Any]) -> FormAnswer:
    case, party = form.case, form.case.own_party()
    row = case.session.get(FormAnswer, form.row.id) if form.row else None
    if row is None:
        assert party is not None
        row = FormAnswer(
            review_id=case.review.id,
            artefact=form.artefact.key,
            person_id=form.person,
            party=party,
            answers={},
            version=0,
        )
        case.session.add(row)
    row.answers, row.version, row.saved_at = dict(answers), row.version + 1, case.now
    row.function = function_of(case, form.person)
    case.session.flush()
    return row


def _checked(form: Form, typed: Mapping[str, str], hand_in: bool) -> dict[str, Any]:
    checks, answers = Checks(), dict[str, Any]()
    for asked in form.artefact.fields:
        key, text = asked["key"], typed.get(asked["key"], "")
        answers[key] = _answer(checks, asked["kind"], key, text)
        if hand_in and asked["required"] and answers[key] in (None, ""):
            checks.faults.setdefault(key, N_("Answer this before you hand in."))
    if checks.faults:
        raise Invalid(checks.faults)
    return answers


def _answer(checks: Checks, kind: str, key: str, text: str) -> Any:
    if kind == "hours":
        return hours_typed(checks, key, text, most=MOST_HOURS)
    if kind == "text":
        return checks.text(key, text, most=MAX_ANSWER)
    if text and text not in map(str, SCALE):
        checks.faults[key] = N_("Choose a number from 1 to 5.")
        return None
    return int(text) if text else None
