"""Doing an action of the definition, whichever it is: what will happen, then the deed, then a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ...engine.language.definition import Action, Step
from ...engine.running import moves
from ...engine.running.case import Do, Place, Scope
from ...engine.running.decide import Answer, action_at
from ...engine.running.moves import Choice
from ...errors import N_, Invalid, Message, NotFound, Refused
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.change import changing, fire
from ..foresight import new_days
from ..foresight.meaning import require_shown
from ..foresight.new_days import Given
from ..foresight.own_withdrawal import own_withdrawal
from ..turns.left_undone import lies_ahead

MAX_REASON = 2000


@dataclass(frozen=True)
class Wish:
    """What somebody wants to do: the action's key, the step's path ("" = everywhere) and whose copy."""

    action: str
    step: str = ""
    party: int | None = None
    person: int | None = None

    def do(self, case: OpenCase) -> Do:
        """The engine's question for this wish: the copy is the party's, the person's or nobody's by the definition."""
        if not self.step:
            return Do(self.action, party=self.party)
        if case.workflow.step(self.step) is None:
            raise NotFound(self.step)
        scope = case.workflow.scope(self.step)
        if scope == "party":
            return Do(
                self.action, (self.step, Scope(self.party if self.party is not None else case.own_party()))
            )
        if scope == "person":
            return Do(self.action, self._personal(case))
        return Do(self.action, (self.step, Scope()), self.party)

    def _personal(self, case: OpenCase) -> Place:
        person = self.person if self.person is not None else case.actor.person
        for path, found in case.standing.marks:
            if path == self.step and found.person == person:
                return path, found
        return self.step, Scope(case.own_party(), person)


@dataclass(frozen=True)
class Filled:
    """What an action's form brought. `days`: new ones for steps whose own has been (`new_days`), `meant`: what is odd
    about them."""

    reason: str = ""
    conflict: str = ""
    conflict_text: str = ""
    version: int | None = None
    choice: Choice = field(default_factory=Choice)
    days: Mapping[str, str] = field(default_factory=dict)
    meant: str = ""


def found(case: OpenCase, wish: Wish) -> tuple[Action, Step | None, Do]:
    """The action that the wish names; NotFound where the definition has no such."""
    do = wish.do(case)
    action = action_at(case.case, do)
    if action is None:
        raise NotFound(wish.action)
    return action, case.workflow.step(wish.step), do


def allowed(case: OpenCase, wish: Wish) -> Answer:
    return case.may(found(case, wish)[2])


def act(
    house: House,
    *,
    actor: Account,
    review_id: int,
    wish: Wish,
    filled: Filled,
    seen: int | None,
    shown: str | None = None,
    now: datetime,
) -> str:
    """Do it. Returns the action's key. Raises Refused, Conflict (moved since `seen`), Changed (something else than the
    form `shown` listed), Invalid (fields)."""
    with changing(house, review_id=review_id, actor=actor, now=now, seen=seen, rounds="lead") as case:
        action, _, do = found(case, wish)
        if case.may(do) and (ahead := lies_ahead(case, action)):
            raise Refused(ahead)
        choice = filled.choice
        if action.moves == "withdraw" and (not actor.is_lead or choice.party is None):
            # Who is not the lead withdraws their own side, whatever the form says; what is finished the lead says.
            choice = own_withdrawal(case)
        data, days = _all_checked(case, action, do, replace(filled, choice=choice))
        require_shown(case, action, do, choice, shown)
        fire(case, do, reason=filled.reason, choice=choice, data=data)
        new_days.give(case, days)
        return action.key


def _all_checked(
    case: OpenCase, action: Action, do: Do, filled: Filled
) -> tuple[dict[str, Any], tuple[Given, ...]]:
    """What the form brought, and the new days of it. Raises Invalid with every fault, Refused."""
    errors: dict[str, Message] = {}
    data: dict[str, Any] = {}
    days: tuple[Given, ...] = ()
    try:
        data = _checked(action, filled)
    except Invalid as error:
        errors |= error.errors
    if new_days.asks(case, action):
        move = moves.fire(case.case, case.actor, do, case.now, reason="–", choice=filled.choice)
        try:
            days = new_days.checked(case, move, filled.days, filled.meant)
        except Invalid as error:
            errors |= error.errors
    if errors:
        raise Invalid(errors)
    return data, days


def _checked(action: Action, filled: Filled) -> dict[str, Any]:
    errors = {}
    if action.reason and not filled.reason.strip():
        errors["reason"] = N_("Write a reason; the others will read it.")
    if len(filled.reason) > MAX_REASON:
        errors["reason"] = N_("The reason is too long: at most %(most)s characters.", most=MAX_REASON)
    data: dict[str, Any] = {}
    if action.declares == "conflict":
        if filled.conflict not in ("none", "some"):
            errors["conflict"] = N_("Say whether there is a conflict of interest.")
        elif filled.conflict == "some" and not filled.conflict_text.strip():
            errors["conflict_text"] = N_("Describe the conflict of interest.")
        elif len(filled.conflict_text) > MAX_REASON:
            errors["conflict_text"] = N_(
                "The text is too long: at most %(most)s characters.", most=MAX_REASON
            )
        data["conflict"] = filled.conflict_text.strip() if filled.conflict == "some" else ""
    if errors:
        raise Invalid(errors)
    if action.reason:
        data["reason"] = filled.reason.strip()
    if filled.version is not None:
        data["version"] = filled.version
    return data
