"""Evaluation as it is read: each person's own form, and why it cannot be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ...engine.language.definition import Artefact
from ...engine.running.case import ACTIVE, OVER, Do, Mark, Place, See
from ...engine.running.decide import No
from ...engine.running.timing import due_date, ends_at
from ...errors import N_, Message, NotFound, Text
from ...store.artefacts.evaluations import hours_spent
from ...store.review.rows import FormRow
from ..base import save_tokens
from ..base.house import Account, House
from ..case import review_pages
from ..case.opening import OpenCase, looking
from ..deeds.change import fire
from ..frame.review_head import ReviewHead, head_of
from .compiled import Compiled, Count, compiled, counted


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


@dataclass
class Form:
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
        form = Form(case, artefact_of(case), actor.person_id)
        key = form.artefact.key
        review_pages.enter(case, "evaluation")
        asked = case.sees(key, "read", actor.person_id, form.state)
        leads = case.sees(key, "notice", None, form.state)
        return _view(form, asked, leads)


def _view(form: Form, asked: bool, leads: bool) -> EvaluationView:
    case, place = form.case, form.place()
    why_not = why_not_of(form)
    active = place is not None and place[1].state == ACTIVE
    logged = hours_spent(case.session, case.review.id, form.person) if asked else 0.0
    return EvaluationView(
        head=head_of(case),
        asked=asked and place is not None,
        may_write=why_not is None,
        why_not=why_not,
        fields=_fields(form, logged),
        token=save_tokens.token_of(form.version),
        saved_at=form.row.saved_at if form.row else None,
        submitted_at=form.row.submitted_at if form.row else None,
        due=due_date(case.case, place[0]) if place and active else None,
        ends=ends_at(case.case, place[0]) if place and active else None,
        logged=logged,
        count=counted(case, form.artefact) if leads else None,
        compiled=compiled(case, form.artefact) if leads else None,
    )


def artefact_of(case: OpenCase) -> Artefact:
    """The form that each person answers."""
    for artefact in case.artefacts_of("form"):
        if artefact.per == "person":
            return artefact
    raise NotFound("evaluation")


def why_not_of(form: Form) -> Message | None:
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


def _fields(form: Form, logged: float) -> tuple[FieldView, ...]:
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
                token=save_tokens.token_of(form.version, form.text(key)),
            )
        )
    return tuple(found)
