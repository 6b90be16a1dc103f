"""The page of an action: what will happen, who is told, what comes next; and doing it.

Actions that ask for a choice (going back, going on, withdrawing) are first thought through with that choice: the
engine plays the move on the frozen case, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ...engine.language.definition import Action, Step
from ...engine.running.case import Do
from ...engine.running.moves import Choice
from ...engine.running.refusing import asks_the_lead, refused_at
from ...errors import N_, Conflict, Refused, Text
from ...store.review import history as history_store
from ..base import fingerprint
from ..base.checks import unfit
from ..base.fingerprint import Thing
from ..base.house import Account, House
from ..base.words import Words
from ..case.opening import OpenCase, looking
from ..foresight import choices
from ..foresight.choices import Options
from ..foresight.meaning import meaning, name_of
from ..foresight.new_days import NewDay
from ..foresight.outlook import Shift
from ..frame.review_head import ReviewHead, head_of
from ..materials.hand_in import Item
from ..turns import wording
from ..turns.left_undone import lies_ahead
from ..turns.task_lists import page_of
from . import do_action, receipts
from .do_action import Filled, Wish
from .history_page import Line, lines_of

LATEST = 3


@dataclass(frozen=True)
class Typed:
    """What the action's form holds, as it was typed. `target`, `place`, `side`, `finish` make the choice; `decided`:
    also that `finish` is empty is a choice; `days`: new ones, by field; `meant`: what is odd about them."""

    reason: str = ""
    conflict: str = ""
    conflict_text: str = ""
    version: str = ""
    target: str = ""
    place: str = ""
    side: str = ""
    finish: tuple[str, ...] = ()
    decided: str = ""
    days: Mapping[str, str] = field(default_factory=dict)
    meant: str = ""


@dataclass(frozen=True)
class ActionView:
    """`options`: what must be chosen first; None where nothing must, or it is chosen. `consequences`: sentences;
    `shifts`: the dates that move; `told`: who gets a mail; `next`: what begins; `latest`: what has happened last.
    `version`: of the agreement that is confirmed. `final`: it cannot be undone. `new_days`: asked for steps whose
    own has been. `things`: what it is about; `seal`: the fingerprint of that and of what else the page says."""

    head: ReviewHead
    wish: Wish
    title: Words
    help: Text | None
    button: Words
    needs_reason: bool
    declares: str
    options: Options | None
    choice: tuple[Words, ...] = ()
    consequences: tuple[Words, ...] = ()
    undone: tuple[Words, ...] = ()
    items: tuple[Item, ...] = ()
    summary: tuple[tuple[Words, Words], ...] = ()
    shifts: tuple[Shift, ...] = ()
    new_days: tuple[NewDay, ...] = ()
    told: tuple[Words, ...] = ()
    next: tuple[Words, ...] = ()
    version: int | None = None
    final: bool = False
    things: tuple[Thing, ...] = ()
    seal: str = ""
    page: str = ""
    latest: tuple[Line, ...] = field(default=())


def look(
    house: House, *, actor: Account, review_id: int, wish: Wish, typed: Typed | None = None, now: datetime
) -> ActionView:
    """What doing it would mean. Raises NotFound (no such action, no part in the review), Refused with the
    reason, Invalid where the choice in `typed` cannot be made."""
    typed = typed or Typed()
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        action, step, do = _allowed(case, wish)
        view = ActionView(
            head=head_of(case),
            wish=wish,
            title=action.title,
            help=action.help,
            button=action.title,
            needs_reason=action.reason,
            declares=action.declares,
            options=choices.options(case, action, typed),
            page=page_of(case, action) or (step.page if step else ""),
            latest=tuple(lines_of(case, history_store.newest(case.session, review_id, LATEST))),
        )
        if view.options:
            return view
        choice = choices.choice_of(case, action, typed)
        return _thought_through(case, view, action, do, choice, actor)


def _allowed(case: OpenCase, wish: Wish) -> tuple[Action, Step | None, Do]:
    action, step, do = do_action.found(case, wish)
    answer = case.may(do)
    if not answer:
        raise Refused(answer.reason)  # type: ignore[union-attr]
    if ahead := lies_ahead(case, action):
        raise Refused(ahead)
    return action, step, do


def _thought_through(
    case: OpenCase, view: ActionView, action: Action, do: Do, choice: Choice, actor: Account
) -> ActionView:
    found = meaning(case, action, do, choice)
    again = bool(do.place[0]) and refused_at(case.case, do.place) == action
    # What the definition says of an action that ends the whole is not so where the lead is asked first.
    asked = bool(do.place[0]) and asks_the_lead(case.case, action, do.place)
    return replace(
        view,
        title=N_("End the review: %(how)s", how=case.workflow.ends[action.to or ""].title)
        if again
        else view.title,
        help=None if asked or again else view.help,
        new_days=found.new_days,
        button=found.button,
        choice=found.choice,
        consequences=found.consequences,
        undone=found.undone,
        items=found.items,
        summary=found.summary,
        shifts=found.shifts,
        told=found.told,
        next=found.next,
        version=found.version,
        final=found.final,
        things=tuple(thing for thing in found.things if thing.there and not thing.key.startswith("says:")),
        seal=fingerprint.seal(case.house, actor, name_of(case, action.key, do), found.things),
    )


def do(
    house: House,
    *,
    actor: Account,
    review_id: int,
    wish: Wish,
    typed: Typed,
    seen: int | None,
    shown: str | None = None,
    now: datetime,
) -> str:
    """Do it; returns the key of its receipt. `seen`, `shown`: the standing's version and the fingerprint that the form
    holds. Raises Refused, Conflict, Changed, Invalid.

    What the same form has done a moment ago (a button pressed twice) is not done again: its receipt is shown."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        if seen is not None and seen != case.review.version:
            return _done_by_this_form(case, wish, typed, seen)
        action, _, _do = _allowed(case, wish)
        # The choice alone is tried here, so that what is wrong with it is said beside its field.
        choice = choices.choice_of(case, action, typed)
    filled = Filled(
        reason=typed.reason,
        conflict=typed.conflict,
        conflict_text=typed.conflict_text,
        version=int(typed.version) if typed.version.isdecimal() and len(typed.version) < 9 else None,
        choice=choice,
        days=typed.days,
        meant=typed.meant,
    )
    what: dict[str, Any] = {"actor": actor, "review_id": review_id, "wish": wish}
    try:
        do_action.act(house, **what, filled=filled, seen=seen, shown=shown, now=now)
    except Conflict:
        with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
            if seen is None or seen == case.review.version:
                raise
            return _done_by_this_form(case, wish, typed, seen)
    with house.db.read() as session:
        line = history_store.newest_of(session, review_id, actor.person_id, *receipts.DEEDS)
        assert line is not None
        return receipts.key_of(line)


def _done_by_this_form(case: OpenCase, wish: Wish, typed: Typed, seen: int) -> str:
    """The receipt of what the same person did from the same page in the same words, where nothing else has happened;
    else Conflict."""
    assert case.account is not None
    line = history_store.newest_of(case.session, case.review.id, case.account.person_id, *receipts.DEEDS)
    if line is None or case.review.version != seen + 1:
        raise Conflict(wording.moved_meanwhile(case))
    same = (line.data.get("action"), line.step) == (wish.action, wish.step)
    same = same and (line.text or "") == typed.reason.strip()
    if not same or wish.party not in (None, line.party):
        raise Conflict(wording.moved_meanwhile(case))
    return receipts.key_of(line)


def as_typed(form: Mapping[str, str], finish: tuple[str, ...]) -> Typed:
    """A form's (or an address's) fields: line breaks as we keep them, and without the control characters that
    come along when one pastes, and that no database takes."""
    text = {name: _kept(form.get(name, "")) for name in ("reason", "conflict_text")}
    names = ("conflict", "version", "target", "place", "side", "decided")
    plain = {name: form.get(name, "") for name in names}
    days = {name: form[name] for name in form if name.startswith("day_")}
    return Typed(finish=finish, days=days, meant=form.get("meant", ""), **text, **plain)


def _kept(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in text if sign in "\n\t" or not unfit(sign))
