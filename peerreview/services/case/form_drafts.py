"""Forms that keep what is typed in them until it is sent, for those of the side who may write it alone.

A draft is no version: it has no line in the history, nobody else learns of it, and it is forgotten when the form is
sent or thrown away. Two who write at once: whoever began from another draft, or another version, is told and keeps
their own on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...errors import N_, Conflict, Invalid
from ...store.artefacts import form_drafts as store
from ...store.artefacts.form_drafts import FormDraft
from ...store.mail import planned
from ..base.checks import unfit
from .opening import OpenCase

MOST = 60_000


@dataclass(frozen=True)
class Draft:
    """`number` of the save, which the next must carry; `base`: the version that the form began from."""

    fields: Mapping[str, Any]
    base: int
    number: int
    saved_at: datetime
    by: str


def draft_of(case: OpenCase, artefact: str, party: int, item: int = 0) -> Draft | None:
    """What was typed and not sent. (Whoever calls asks first whether the reader may write it.)"""
    row = store.draft_of(case.session, case.review.id, artefact, party, item)
    if row is None:
        return None
    who = planned.people(case.session, [row.saved_by])[row.saved_by]
    fields = {name: tuple(one) if isinstance(one, list) else one for name, one in row.fields.items()}
    return Draft(fields, row.base, row.number, row.saved_at, who.name)


def keep(
    case: OpenCase,
    artefact: str,
    party: int,
    item: int = 0,
    *,
    fields: Mapping[str, Any],
    base: int,
    now_at: int,
    seen: int,
) -> int:
    """Keep what is typed; `base`, `seen`: the version and the draft that the form began from, `now_at`: the version
    there is. Returns the number of the save. Raises Conflict, and Invalid where it is too long."""
    assert case.account is not None
    clean = {name: _clean(value) for name, value in fields.items()}
    if len(str(clean)) > MOST:
        raise Invalid(_draft=N_("This is too long to be kept. Shorten it."))
    row = store.draft_of(case.session, case.review.id, artefact, party, item)
    if (row.number if row else 0) != seen or base != now_at:
        raise Conflict(
            N_("A colleague has changed this meanwhile. What you have typed stands here, not saved.")
        )
    if row is None:
        row = FormDraft(review_id=case.review.id, artefact=artefact, party=party, item=item, number=0)
        case.session.add(row)
    row.fields, row.base, row.number = clean, base, seen + 1
    row.saved_at, row.saved_by = case.now, case.account.person_id
    case.session.flush()
    return row.number


def forget(case: OpenCase, artefact: str, party: int, item: int = 0) -> None:
    store.forget(case.session, case.review.id, artefact, party, item)


def _clean(value: Any) -> Any:
    """As it was typed, without what no database takes."""
    if isinstance(value, str):
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(sign for sign in text if sign in "\n\t" or not unfit(sign))
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value
