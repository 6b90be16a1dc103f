"""What has been done with people, accounts and organisations, written down: who, when, from what to what.

Append-only, one chain for the whole register (as reviews have theirs), so that whoever takes a row away or changes one
is found by `peerreview history verify`. The row is added last in its transaction, for the chain's head is one row that
all wait for. On the real clock, as accounts are.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from ...errors import N_, Message
from ...store.connection.database import Writing
from ...store.people import register as store
from ...store.people.organisations import Organisation
from ...store.people.people import Person
from ...store.people.register import RegisterRow
from ..base import chain
from ..base.house import Account

# What the hash covers; names and addresses only by their salted digest, so that they can be pseudonymised.
COVERED = (
    "number", "at", "actor_id", "deed", "person_id", "organisation_id", "data", "words_digest", "previous",
)  # fmt: skip

Who = Account | Person | None


def note(
    session: Session,
    deed: str,
    *,
    by: Who,
    at: datetime,
    person: Person | None = None,
    organisation: Organisation | None = None,
    data: Mapping[str, Any] | None = None,
    words: Mapping[str, Any] | None = None,
) -> None:
    """Write a deed down, in the transaction that does it. `by` None: a command of whoever runs the program. `data`:
    plain values; `words`: names and addresses, as they were and as they became."""
    assert isinstance(session, Writing)
    actor = by.person_id if isinstance(by, Account) else by

    def add() -> None:
        _append(
            session,
            at=at.astimezone(UTC),
            deed=deed,
            actor_id=actor.id if isinstance(actor, Person) else actor,
            person_id=person.id if person is not None else None,
            organisation_id=organisation.id if organisation is not None else None,
            data=dict(data or {}),
            words=dict(words or {}),
        )

    session.at_last.append(add)


def note_change(
    session: Session,
    deed: str,
    *,
    by: Who,
    at: datetime,
    before: Mapping[str, str],
    after: Mapping[str, str],
    **about: Any,
) -> None:
    """Write down what became other than it was; nothing where nothing did."""
    words = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    if words:
        note(session, deed, by=by, at=at, words=words, **about)


def _append(session: Session, **values: Any) -> None:
    head = store.locked_head(session)
    salt = secrets.token_hex(16) if values["words"] else ""
    digest = chain.digest_of(_canonical(values["words"]), salt) if salt else ""
    row = RegisterRow(
        **values, number=head.count + 1, words_salt=salt, words_digest=digest, previous=head.hash
    )
    row.hash = chain.hash_of({name: getattr(row, name) for name in COVERED})
    session.add(row)
    head.count, head.hash = row.number, row.hash
    session.flush()


def _canonical(words: Mapping[str, Any]) -> str:
    return json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


# ---- verified


def faults(session: Session) -> Iterator[tuple[int | None, Message]]:
    """What is wrong in the chain, by row; where nothing is, what people are called and where their mail goes is held
    against what their last row says of it."""
    rows = store.rows(session)
    found = list(chain.faults(rows, *store.head(session), covered=COVERED, text_fault=_words_fault))
    yield from found
    if not found:
        yield from _against_the_register(session)


def _words_fault(row: Any) -> Message | None:
    digest = chain.digest_of(_canonical(row.words), row.words_salt) if row.words_salt else ""
    return None if not row.words or digest == row.words_digest else N_("its words were changed")


def _against_the_register(session: Session) -> Iterator[tuple[int | None, Message]]:
    known: dict[int, dict[str, tuple[int, Any]]] = {}
    for row in store.rows(session):
        if row.person_id is None:
            continue
        told = known.setdefault(row.person_id, {})
        for name, value in row.words.items():
            if name in ("name", "email") and row.deed not in _ASKED:
                told[name] = row.number, value[1] if isinstance(value, list) else value
        if row.deed in _CLOSING:
            told["closed"] = row.number, _CLOSING[row.deed]
    for person_id, (name, email, closed) in store.standings(session).items():
        now = {"name": name, "email": email, "closed": closed}
        for what, (number, value) in known.get(person_id, {}).items():
            if now[what] != value:
                yield number, Message(_OTHER[what].text, (("person", person_id),))


# Deeds whose words say what was asked for, not what is so.
_ASKED = ("address_asked", "address_stopped")
_CLOSING = {"closed": True, "reopened": False, "password_set": False}
_OTHER = {
    "name": N_(
        "person %(person)s has another name than was written down here, and nothing tells of a change"
    ),
    "email": N_(
        "person %(person)s has another address than was written down here, and nothing tells of a change"
    ),
    "closed": N_(
        "the account of person %(person)s is not as it was left here (open or closed), and nothing tells why"
    ),
}
