"""The history of a review: append-only rows, each holding the hash of the one before (engine.md 31)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from ...errors import N_, Message
from ...store.review import history
from ...store.review.rows import ReviewRow

# What the hash covers, in this order; free text only by its salted digest, so that a person's
# words can be pseudonymised without breaking the chain.
COVERED = (
    "review_id", "number", "at", "actor_id", "actor_party", "deed", "step", "party", "artefact", "about_party",
    "state", "data", "text_digest", "definition_hash", "previous",
)  # fmt: skip


def append(
    session: Session, review: ReviewRow, *, at: datetime, deed: str, text: str | None = None, **more: Any
) -> None:
    """Add a line to the review's history; `more` are columns of HistoryRow."""
    number = review.history_count + 1
    salt = secrets.token_hex(16) if text else ""
    line = {
        **_EMPTY,
        **more,
        "review_id": review.id,
        "number": number,
        # As the archive gives it back: the hash covers how the instant is written.
        "at": at.astimezone(UTC),
        "deed": deed,
        "text": text or None,
        "text_salt": salt,
        "text_digest": digest_of(text, salt) if text else "",
        "definition_hash": review.definition_hash,
        "previous": review.history_head,
    }
    line["hash"] = hash_of({name: line[name] for name in COVERED})
    history.add(session, line)
    review.history_count, review.history_head = number, line["hash"]


_EMPTY: Mapping[str, Any] = {
    "actor_id": None,
    "actor_party": None,
    "step": "",
    "party": None,
    "artefact": "",
    "about_party": None,
    "state": "",
    "data": {},
}


def digest_of(text: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def faults(
    rows: Sequence[Any],
    count: int,
    head: str,
    *,
    covered: Sequence[str],
    text_fault: Callable[[Any], Message | None],
) -> Iterator[tuple[int | None, Message]]:
    """What is wrong in a chain whose head says how many rows it has and the hash of the last: (row, what)."""
    previous, wanted = "", 1
    for row in rows:
        if row.number != wanted:
            yield row.number, _out_of_order(row.number, wanted)
        elif row.previous != previous:
            yield row.number, N_("it does not follow from the row before: a row was changed or put in")
        if hash_of({name: getattr(row, name) for name in covered}) != row.hash:
            yield row.number, N_("it was changed")
        if said := text_fault(row):
            yield row.number, said
        previous, wanted = row.hash, row.number + 1
    last = rows[-1].number if rows else 0
    if last < count:
        yield None, N_("the last %(gone)s of %(all)s rows are missing", gone=count - last, all=count)
    elif last > count:
        yield last, N_("it was put in: the history has %(all)s rows", all=count)
    elif previous != head:
        yield last or None, N_("the last row is another than its head holds")


def _out_of_order(number: int, wanted: int) -> Message:
    if number < wanted:
        return N_("it stands there twice")
    if number - 1 == wanted:
        return N_("row %(row)s is missing before it", row=wanted)
    return N_("rows %(first)s to %(last)s are missing before it", first=wanted, last=number - 1)


def text_fault(row: Any) -> Message | None:
    """What is wrong with the free text of a review's row."""
    if row.text is not None and digest_of(row.text, row.text_salt) != row.text_digest:
        return N_("its text was changed")
    return None


def hash_of(covered: Mapping[str, Any]) -> str:
    """SHA-256 in hex over the canonical JSON of the covered columns."""
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in covered.items()}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
