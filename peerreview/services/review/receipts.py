"""The receipt of a deed: when, what, the list with its hashes, who was told by mail, what comes next. Made anew from
the history each time, so that it can be looked up later."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from ...errors import Message, NotFound
from ...store.artefacts import reports
from ...store.case import seen_and_mailed
from ...store.case.case_rows import SHARED
from ...store.review import history as history_store
from ...store.review.history import HistoryRow
from ..base.house import Account, House
from ..base.words import Words
from ..case.document_sets import seen, shelf_of
from ..case.opening import OpenCase, looking
from ..frame.review_head import ReviewHead, head_of
from ..frame.where_it_stands import where_of
from ..materials.hand_in import Item, item_of
from ..turns.task_lists import ComingView, coming_of
from ..turns.wording import by_side
from . import history_page
from .history_page import Line

KEY = 16
# What leaves a receipt: an action of the definition, and the word that a side gives where all have to.
DEEDS = ("action", "approved_text")


@dataclass(frozen=True)
class TextProof:
    """A text as it was handed over: version and SHA-256 in hex."""

    title: Words
    version: int
    sha256: str


@dataclass(frozen=True)
class ReceiptView:
    """`told`: by side and role; `unsent`: how many of those mails still wait to be sent."""

    head: ReviewHead
    line: Line
    items: tuple[Item, ...]
    texts: tuple[TextProof, ...]
    told: tuple[Words, ...]
    unsent: int
    where: tuple[Message, ...]
    coming: tuple[ComingView, ...]


def key_of(row: HistoryRow) -> str:
    """What a receipt is called in its address. Not by its number in the history: that would tell how much the
    others have done that one may not see."""
    return row.hash[:KEY]


def receipt(house: House, *, actor: Account, review_id: int, key: str, now: datetime) -> ReceiptView:
    """The receipt of a deed. NotFound where there is no such deed, or none that the reader may see."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        named = re.fullmatch(f"[0-9a-f]{{{KEY}}}", key)
        row = history_store.line_by_hash(case.session, review_id, key) if named else None
        lines = history_page.lines_of(case, [row]) if row is not None and row.deed in DEEDS else []
        if row is None or not lines:
            raise NotFound(f"receipt {key}")
        mails = seen_and_mailed.mails_of_deed(case.session, review_id, row.at)
        return ReceiptView(
            head=head_of(case),
            line=lines[0],
            items=_items(case, row),
            texts=_texts(case, row),
            told=_told(case, {mail.person_id for mail in mails if mail.person_id is not None}),
            unsent=sum(mail.state in ("waiting", "sending") for mail in mails),
            where=where_of(case),
            coming=tuple(coming_of(case)),
        )


def _told(case: OpenCase, people: set[int]) -> tuple[Words, ...]:
    seats = [seat for seat in case.rows.all_seats if seat.person_id in people]
    roles: dict[tuple[int | None, str], None] = {(seat.party, seat.role): None for seat in seats}
    if people - {seat.person_id for seat in seats}:
        roles[(None, "lead")] = None
    return by_side(case, roles)


def _does(case: OpenCase, row: HistoryRow, kind: str, effect: str) -> list[str]:
    """The artefacts of a kind to which the deed did this."""
    action = history_page.action_of(case, row)
    done = action.does if action else ()
    there = case.workflow.artefacts
    return [
        e.artefact
        for e in done
        if e.effect == effect and e.artefact in there and there[e.artefact].kind.name == kind
    ]


def _items(case: OpenCase, row: HistoryRow) -> tuple[Item, ...]:
    """The documents that were handed in, each in the version that was the newest then and that the reader may read."""
    found: list[Item] = []
    for artefact in _does(case, row, "documents", "hand_in"):
        if row.party is None:
            continue
        shelf = shelf_of(case)
        for material in shelf.of(artefact, row.party):
            then = [v for v in shelf.versions[material.id] if v.added_at <= row.at]
            there = material.withdrawn_at is None or material.withdrawn_at > row.at
            if then and there and then[-1] in seen(case, shelf, material):
                found.append(item_of(material, then[-1]))
    return tuple(found)


def _texts(case: OpenCase, row: HistoryRow) -> tuple[TextProof, ...]:
    found = []
    for artefact in _does(case, row, "text", "hand_over"):
        owner = row.party if case.artefact(artefact).per == "party" else None
        number = case.data(artefact, owner).get("handed_over", {}).get("version")
        if number and case.sees(artefact, "read", owner):
            slot = SHARED if owner is None else owner
            version = reports.version(case.session, case.review.id, artefact, slot, number)
            if version is not None:
                found.append(TextProof(case.artefact(artefact).title, version.number, version.sha256))
    return tuple(found)
