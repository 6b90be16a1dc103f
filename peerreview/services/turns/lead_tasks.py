"""What is to do for a reader, as one row; and what is the network's lead's alone: to decide, and to consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ...errors import N_
from ..base.words import Words
from ..case.opening import OpenCase
from . import turns
from .decisions import decisions_of
from .offers import action_path
from .turns import named
from .wording import title_of, way_to


@dataclass(frozen=True)
class TaskView:
    """Something for the reader to do. `helps`: they take part, somebody else completes it."""

    review_id: int
    review: str
    title: Words
    due: date | None
    late: bool
    helps: bool
    note: Words | None
    href: str
    button: Words


def decisions_to_take(case: OpenCase) -> list[TaskView]:
    today, href = turns.today_of(case), way_to(case) + "#decide"
    found = ((named(one.asks, case.names), one.due) for one in decisions_of(case) if one.ways)
    return [
        TaskView(
            case.review.id,
            title_of(case),
            asks,
            due,
            bool(due and due < today),
            False,
            None,
            href,
            N_("Decide"),
        )
        for asks, due in found
    ]


def consents_wanted(case: OpenCase) -> list[TaskView]:
    """What waits for nothing but the lead's consent (unlike teams)."""
    if ("lead", None) not in case.actor.roles:
        return []
    wanted = ((turn, turns.wanted_consent(case, turn)) for turn in turns.turns(case))
    return [
        TaskView(
            review_id=case.review.id,
            review=title_of(case),
            title=turn.step.actions[key].title,
            due=turn.due,
            late=turn.late,
            helps=False,
            note=case.names[turn.party] if turn.party is not None else None,
            href=action_path(case.review.id, key, turn.step.path, turn.party),
            button=turn.step.actions[key].title,
        )
        for turn, key in wanted
        if key is not None
    ]
