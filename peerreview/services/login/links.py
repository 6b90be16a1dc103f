"""Single-use links sent by mail: the mail holds a random token, the row its SHA-256. On the real clock.

Looking at a link changes nothing (mail scanners look at every link); only sending its form uses it up.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from ...errors import NotFound, PeerreviewError
from ...store.lists import accounts as store
from ...store.people.people import Link, Person, person_by_id
from ..base.house import House
from ..base.tokens import digest

Kind = Literal["invite", "reset", "address", "stop"]


class DeadLink(PeerreviewError):
    """A link of this kind that no longer works: used, or expired (also because a newer one was sent)."""

    def __init__(self, kind: Kind, why: Literal["used", "expired"]):
        super().__init__(f"{kind} link {why}")
        self.kind, self.why = kind, why


@dataclass(frozen=True)
class LinkView:
    """Whose link it is, and until when it works."""

    name: str
    email: str
    language: str
    expires_at: datetime


def look(house: House, *, kind: Kind, token: str, real_now: datetime) -> LinkView:
    """Whose link it is; NotFound for an unknown one, DeadLink for one that no longer works."""
    with house.db.read() as session:
        link, person = working(session, kind, token, real_now)
        return LinkView(person.name, person.email, person.language, link.expires_at)


def new_in(
    session: Session,
    person: Person,
    kind: Kind,
    at: datetime,
    span: timedelta,
    *,
    email: str = "",
    by_id: int | None = None,
) -> str:
    """Make a link and give its token. `email`, `by_id`: as in store.people.people.Link."""
    token = secrets.token_urlsafe(32)
    row = Link(person_id=person.id, kind=kind, token_hash=digest(token), email=email, by_id=by_id)
    row.created_at, row.expires_at = at, at + span
    session.add(row)
    return token


def working(session: Session, kind: Kind, token: str, real_now: datetime) -> tuple[Link, Person]:
    """The link and whose it is. Raises NotFound for an unknown one, DeadLink for one that no longer works."""
    found = store.link_with_person(session, kind, digest(token))
    if found is None:
        raise NotFound
    link, person = found
    if link.used_at is not None:
        raise DeadLink(kind, "used")
    if link.expires_at <= real_now or person.closed_at is not None:
        raise DeadLink(kind, "expired")
    return link, person


def use_in(session: Session, kind: Kind, token: str, real_now: datetime) -> tuple[Link, Person]:
    """Use the link up and give it with its person, locked; all their other links run out, but those by which an old
    address objects. Of two at once one wins."""
    link, person = working(session, kind, token, real_now)
    locked = person_by_id(session, person.id, lock=True)
    if locked is None or locked.closed_at is not None:
        raise DeadLink(kind, "expired")
    if not store.use_link(session, link.id, real_now):
        raise DeadLink(kind, "used")
    store.expire_links(session, locked.id, real_now, kinds=store.OPENING)
    return link, locked
