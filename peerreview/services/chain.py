"""The history of a review: append-only rows, each holding the hash of the one before (engine.md 31)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from ..store import history
from ..store.rows import ReviewRow

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
    text_fault: Callable[[Any], str],
) -> Iterator[tuple[int | None, str]]:
    """What is wrong in a chain whose head says how many rows it has and the hash of the last: (row, what)."""
    previous, wanted = "", 1
    for row in rows:
        if row.number != wanted:
            missing = f"{wanted} to {row.number - 1}" if row.number - 1 > wanted else f"{wanted}"
            what = f"row {missing} is missing before it" if row.number > wanted else "it stands there twice"
            yield row.number, what
        elif row.previous != previous:
            yield row.number, "it does not follow from the row before: a row was changed or put in"
        if hash_of({name: getattr(row, name) for name in covered}) != row.hash:
            yield row.number, "it was changed"
        if said := text_fault(row):
            yield row.number, said
        previous, wanted = row.hash, row.number + 1
    last = rows[-1].number if rows else 0
    if last < count:
        yield None, f"the last {count - last} of {count} rows are missing"
    elif last > count:
        yield last, f"it was put in: the history has {count} rows"
    elif previous != head:
        yield last or None, "the last row is another than its head holds"


def text_fault(row: Any) -> str:
    """What is wrong with the free text of a review's row, "" for nothing."""
    if row.text is not None and digest_of(row.text, row.text_salt) != row.text_digest:
        return "its text was changed"
    return ""


def hash_of(covered: Mapping[str, Any]) -> str:
    """SHA-256 in hex over the canonical JSON of the covered columns."""
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in covered.items()}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
