"""The history of a review: append-only rows, each holding the hash of the one before (engine.md 31)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
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


def hash_of(covered: Mapping[str, Any]) -> str:
    """SHA-256 in hex over the canonical JSON of the covered columns."""
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in covered.items()}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
