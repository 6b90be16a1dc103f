"""Evaluation: each person's own answers, saved as a draft until they are handed in.

Nobody else reads them; the lead sees them compiled (services/compiling.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ..engine.case import ACTIVE, OVER, Mark, Place
from ..engine.decide import Do, No, See
from ..engine.definition import Artefact
from ..engine.timing import due_date, ends_at
from ..errors import N_, Conflict, Invalid, Message, NotFound, Refused, Text
from ..store.evaluations import FormAnswer, hours_spent
from ..store.rows import FormRow
from . import saving, ways
from .cases import OpenCase, looking
from .checks import Checks
from .compiling import Compiled, Count, compiled, counted, function_of
from .deeds import changing, fire
from .heads import ReviewHead, head_of
from .hours import hours_typed
from .house import Account, House

MAX_ANSWER = 4000
MOST_HOURS = 2000
SCALE = (1, 2, 3, 4, 5)
_CHANGED = N_(
    "You have saved other answers since you opened this page, in another window perhaps. Nothing is lost: "
    "both stand here. Save again to keep what is in the form."
)


@dataclass(frozen=True)
class FieldView:
    """A question of the form. `kind`: scale, hours or text. `value`: what is saved, as it would be typed.
    `token`: for a text that saves itself."""

    key: str
    kind: str
    label: Text
    required: bool
    value: str
    token: str


@dataclass(frozen=True)
class EvaluationView:
    """`asked`: the actor is one of those who are to answer. `logged`: their logged hours, which fill in the field.
    `count` and `compiled` are the lead's; `compiled` None until there are enough answers."""

    head: ReviewHead
    asked: bool
    may_write: bool
    why_not: Message | None
    fields: tuple[FieldView, ...]
    token: str
    saved_at: datetime | None
    submitted_at: datetime | None
    due: date | None
    ends: datetime | None
    logged: float
    count: Count | None = None
    compiled: Compiled | None = None


@dataclass(frozen=True)
class Saved:
    token: str
    at: datetime
    handed_in: bool = False


@dataclass
class _Form:
    """The actor's own form within a case: its definition, its row if there is one, and whose it is."""

    case: OpenCase
    artefact: Artefact
    person: int
    row: FormRow | None = field(init=False)

    def __post_init__(self) -> None:
        rows = (f for f in self.case.rows.forms if f.artefact == self.artefact.key)
        self.row = next((row for row in rows if row.person_id == self.person), None)

    @property
    def state(self) -> str:
        return "submitted" if self.row and self.row.submitted_at else "open"

    @property
    def answers(self) -> Mapping[str, Any]:
        return self.row.answers if self.row else {}

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0

    def text(self, key: str) -> str:
        """A text field as it is saved."""
        return str(self.answers.get(key) or "")

    def place(self) -> tuple[Place, Mark] | None:
        """The actor's own copy of the step in which the form is answered."""
        for place, mark in self.case.standing.marks.items():
            if place[1].person == self.person and self._submit(place):
                return place, mark
        return None

    def _submit(self, place: Place) -> str | None:
        for action in self.case.workflow.by_path[place[0]].actions.values():
            if any((e.artefact, e.effect) == (self.artefact.key, "submit") for e in action.does):
                return action.key
        return None

    def hand_in(self) -> None:
        """The definition's own action. Raises Refused."""
        found = self.place()
        if found is None:
            raise NotFound(self.artefact.key)
        action = self._submit(found[0])
        assert action is not None
        fire(self.case, Do(action, found[0]))


def evaluation(house: House, *, review_id: int, actor: Account, now: datetime) -> EvaluationView:
    """The actor's own form, and for the lead what all have answered. Raises Refused for whoever has neither."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        form = _Form(case, artefact_of(case), actor.person_id)
        key = form.artefact.key
        ways.enter(case, "evaluation")
        asked = case.sees(key, "read", actor.person_id, form.state)
        leads = case.sees(key, "notice", None, form.state)
        return _view(form, asked, leads)


def _view(form: _Form, asked: bool, leads: bool) -> EvaluationView:
    case, place = form.case, form.place()
    why_not = _why_not(form)
    active = place is not None and place[1].state == ACTIVE
    logged = hours_spent(case.session, case.review.id, form.person) if asked else 0.0
    return EvaluationView(
        head=head_of(case),
        asked=asked and place is not None,
        may_write=why_not is None,
        why_not=why_not,
        fields=_fields(form, logged),
        token=saving.token_of(form.version),
        saved_at=form.row.saved_at if form.row else None,
        submitted_at=form.row.submitted_at if form.row else None,
        due=due_date(case.case, place[0]) if place and active else None,
        ends=ends_at(case.case, place[0]) if place and active else None,
        logged=logged,
        count=counted(case, form.artefact) if leads else None,
        compiled=compiled(case, form.artefact) if leads else None,
    )


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
        if saving.version_in(token) != form.version and dict(form.answers) != cleaned:
            raise Conflict(_CHANGED)
        row = _keep(form, cleaned)
        if hand_in:
            case.refresh()
            _Form(case, form.artefact, form.person).hand_in()
        return Saved(saving.token_of(row.version), now, hand_in)


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
        if text != form.text(key) and not saving.began_from(token, form.text(key)):
            raise Conflict(_CHANGED)
        row = _keep(form, {**form.answers, key: text})
        return Saved(saving.token_of(row.version, text), now)


def artefact_of(case: OpenCase) -> Artefact:
    """The form that each person answers."""
    for artefact in case.artefacts_of("form"):
        if artefact.per == "person":
            return artefact
    raise NotFound("evaluation")


def _why_not(form: _Form) -> Message | None:
    """Why the actor cannot write in their form now; None where they can."""
    answer = form.case.may(See(form.artefact.key, "write", form.person, form.state))
    if not isinstance(answer, No):
        return None
    if form.state == "submitted":
        return N_("You have handed in your answers. They can no longer be changed.")
    found = form.place()
    if found is not None and found[1].state in OVER:
        return N_("The evaluation is over.")
    return answer.reason


def _writable(case: OpenCase, actor: Account) -> _Form:
    form = _Form(case, artefact_of(case), actor.person_id)
    if why := _why_not(form):
        raise Refused(why)
    return form


def _keep(form: _Form, answers: Mapping[str, Any]) -> FormAnswer:
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


def _checked(form: _Form, typed: Mapping[str, str], hand_in: bool) -> dict[str, Any]:
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


def _fields(form: _Form, logged: float) -> tuple[FieldView, ...]:
    account = form.case.account
    comma = account is None or account.language != "en"
    found = []
    for asked in form.artefact.fields:
        key, value = asked["key"], form.answers.get(asked["key"])
        if asked["kind"] == "hours" and form.row is None and logged:
            value = logged
        typed = "" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)
        if asked["kind"] == "hours" and comma:
            typed = typed.replace(".", ",")
        found.append(
            FieldView(
                key=key,
                kind=asked["kind"],
                label=asked["label"],
                required=bool(asked["required"]),
                value=typed,
                token=saving.token_of(form.version, form.text(key)),
            )
        )
    return tuple(found)
