"""An example as it is being typed: kept for its team until it is saved."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from ..base.house import Account, House
from ..case.form_drafts import Draft, forget, keep
from ..deeds.change import changing
from .edit_examples import new_example, own_example
from .examples_page import Typed


def keep_draft(
    house: House,
    *,
    actor: Account,
    review_id: int,
    example_id: int,
    typed: Typed,
    base: int,
    seen: int,
    now: datetime,
) -> int:
    """Keep what is being typed in an example (0: a new one), for the team alone; returns the number of the save.
    Raises Refused, Invalid, and Conflict where a colleague has typed or saved since."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = own_example(case, example_id, "write") if example_id else new_example(case)
        fields = asdict(typed)
        return keep(
            case, row.artefact, row.party, example_id, fields=fields, base=base, now_at=row.version, seen=seen
        )


def forget_draft(house: House, *, actor: Account, review_id: int, example_id: int, now: datetime) -> None:
    """Throw away what was typed in an example (0: a new one) and not saved."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = own_example(case, example_id, "write") if example_id else new_example(case)
        forget(case, row.artefact, row.party, example_id)


def typed_in(draft: Draft) -> Typed:
    return Typed(**draft.fields)
