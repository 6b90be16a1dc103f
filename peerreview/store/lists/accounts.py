"""What lies behind an account: login sessions, links, failed tries, what closing it touches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Row, Update, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ..people.people import Feed, Link, LoginFailure, LoginSession, Person
from ..review.reviews import Review, Seat

# The kinds of link that open an account, or give it another address. ("stop" shuts others out.)
OPENING = ("invite", "reset", "address")


def session_with_person(session: Session, token_hash: str) -> Row[LoginSession, Person] | None:
    """The session that has not been ended, and whose it is: one query, asked on every request."""
    query = select(LoginSession, Person).join(Person, LoginSession.person_id == Person.id)
    query = query.where(LoginSession.token_hash == token_hash, LoginSession.ended_at.is_(None))
    return session.execute(query).one_or_none()


def touch_session(session: Session, session_id: int, seen_at: datetime) -> None:
    """Note a visit; never backwards, and never on a session that has ended meanwhile."""
    alive = (LoginSession.id == session_id, LoginSession.ended_at.is_(None), LoginSession.seen_at < seen_at)
    session.execute(update(LoginSession).where(*alive).values(seen_at=seen_at))


def sessions_of(session: Session, person_id: int, *, seen_after: datetime) -> Sequence[LoginSession]:
    """The person's running sessions, last seen first."""
    query = select(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
    query = query.where(LoginSession.seen_at > seen_after)
    return session.scalars(query.order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())).all()


def end_sessions(
    session: Session,
    person_id: int,
    at: datetime,
    *,
    only_id: int | None = None,
    only_token: str | None = None,
    but_token: str | None = None,
) -> int:
    """End the person's running sessions: all, one, or all but one. Gives how many ended."""
    query = update(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
    if only_id is not None:
        query = query.where(LoginSession.id == only_id)
    if only_token is not None:
        query = query.where(LoginSession.token_hash == only_token)
    if but_token is not None:
        query = query.where(LoginSession.token_hash != but_token)
    return _changed(session, query.values(ended_at=at))


def link_with_person(
    session: Session, kind: str, token_hash: str, *, lock: bool = False
) -> Row[Link, Person] | None:
    """The link of this kind, used or not, and whose it is."""
    query = select(Link, Person).join(Person, Link.person_id == Person.id)
    query = query.where(Link.kind == kind, Link.token_hash == token_hash)
    return session.execute(query.with_for_update() if lock else query).one_or_none()


def use_link(session: Session, link_id: int, at: datetime) -> bool:
    """Use the link up; False where somebody was first, or it is too old. Of two at once one gets True."""
    fresh = (Link.id == link_id, Link.used_at.is_(None), Link.expires_at > at)
    return _changed(session, update(Link).where(*fresh).values(used_at=at)) == 1


def expire_links(
    session: Session, person_id: int, at: datetime, *, kinds: Collection[str], after: int = 0
) -> None:
    """Let the person's unused links of these kinds run out now; `after`: those made after that one alone."""
    theirs = update(Link).where(Link.person_id == person_id, Link.kind.in_(kinds), Link.id > after)
    session.execute(theirs.where(Link.used_at.is_(None), Link.expires_at > at).values(expires_at=at))


def end_access(session: Session, person_id: int, at: datetime, *, but_token: str | None = None) -> None:
    """Whatever opens the account, or reads what is its owner's: sessions (but one), links, the calendar's address."""
    end_sessions(session, person_id, at, but_token=but_token)
    expire_links(session, person_id, at, kinds=OPENING)
    session.execute(delete(Feed).where(Feed.person_id == person_id))


def leads(session: Session) -> Sequence[Person]:
    """The project leads with open accounts."""
    query = select(Person).where(Person.is_lead, Person.closed_at.is_(None))
    return session.scalars(query.order_by(Person.id)).all()


def last_link(session: Session, person_id: int, kind: str) -> Link | None:
    query = select(Link).where(Link.person_id == person_id, Link.kind == kind)
    return session.scalar(query.order_by(Link.id.desc()).limit(1))


def lock_keys(session: Session, keys: Collection[str]) -> None:
    """Let one transaction at a time count tries for these keys (SQLite has a single writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted(keys):
            session.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))


def latest_failures(session: Session, key: str, *, since: datetime, limit: int) -> Sequence[datetime]:
    query = select(LoginFailure.at).where(LoginFailure.key == key, LoginFailure.at > since)
    return session.scalars(query.order_by(LoginFailure.at.desc()).limit(limit)).all()


def add_failures(session: Session, keys: Collection[str], at: datetime) -> list[int]:
    rows = [LoginFailure(key=key, at=at) for key in keys]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def forget_failures(
    session: Session, *, ids: Collection[int] = (), key: str = "", before: datetime | None = None
) -> None:
    """Delete the failures named by id or key, or those from before a time."""
    named = or_(LoginFailure.id.in_(ids), LoginFailure.key == key)
    session.execute(delete(LoginFailure).where(named if before is None else LoginFailure.at < before))


def end_stale_sessions(session: Session, *, seen_before: datetime, at: datetime) -> int:
    stale = (LoginSession.ended_at.is_(None), LoginSession.seen_at < seen_before)
    return _changed(session, update(LoginSession).where(*stale).values(ended_at=at))


def running_reviews(session: Session, person_id: int) -> int:
    """How many reviews that have not ended the person has a seat in, stands in for, or leads."""
    seated = or_(Seat.person_id == person_id, Seat.deputy_id == person_id)
    seats = select(Seat.review_id).where(Seat.removed_at.is_(None), seated)
    query = select(func.count()).select_from(Review).where(Review.ended.is_(None))
    return session.scalar(query.where(or_(Review.id.in_(seats), Review.lead_id == person_id))) or 0


def _changed(session: Session, query: Update) -> int:
    return cast(CursorResult[Any], session.execute(query)).rowcount


def feed_reader(session: Session, token_hash: str) -> Person | None:
    """Whose calendar address it is; None where it is nobody's, or their account is closed."""
    query = select(Person).join(Feed, Feed.person_id == Person.id).where(Feed.token_hash == token_hash)
    return session.scalar(query.where(Person.closed_at.is_(None)))
