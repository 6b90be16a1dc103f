"""Logging in and out. A session is a row: the browser holds a random token, the row its SHA-256.

All on the real clock: the demo's moved days log nobody out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import N_, Invalid, Message, NotFound
from ...store.lists import accounts as store
from ...store.people.people import LoginSession, Person, person_by_email, person_by_id
from ..base.checks import email_fault, unfit
from ..base.house import Account, House
from ..base.tokens import digest
from ..register import register
from ..upkeep.troubles import by_the_way
from . import passwords, tries
from .account_mails import AccountMails
from .own_words import password_fault

# A visit is noted when the last note is older than this, not on every request.
NOTED_EVERY = timedelta(minutes=5)

_WRONG = N_("The address and the password do not belong together. Check both, or ask for a new password.")


@dataclass(frozen=True)
class Visit:
    """Who is there. `noted`: the visit was written down just now."""

    account: Account
    noted: bool


@dataclass(frozen=True)
class SessionView:
    """A browser in which the person is logged in; `here` is the one that asks."""

    id: int
    agent: str
    created_at: datetime
    seen_at: datetime
    here: bool


def log_in(
    house: House,
    *,
    email: str,
    password: str,
    client: str,
    agent: str,
    real_now: datetime,
    device: str = "",
) -> str:
    """Give the token of a new session; Invalid, in the same words and time whatever was wrong, or TooMany. `device`:
    what the browser has kept of earlier log-ins."""
    attempt = tries.begin(house, what="login", email=email, client=client, device=device, real_now=real_now)
    with house.db.read() as session:
        person = None if email_fault(email.strip()) else person_by_email(session, email)
    stored = person.password_hash if person and person.closed_at is None else None
    if not passwords.matches(stored, password) or person is None or stored is None:
        raise Invalid(email=_WRONG)
    fresh = passwords.hashed(password) if passwords.outdated(stored) else stored
    with house.db.write() as session:
        person = person_by_id(session, person.id, lock=True)
        if person is None or person.closed_at is not None or not _still(person, stored, password):
            raise Invalid(email=_WRONG)
        person.password_hash, person.address_unproven = fresh, False
        tries.forgive_in(session, attempt)
        return begin_in(session, person, agent=agent, real_now=real_now)


def _still(person: Person, stored: str, password: str) -> bool:
    """Whether what was just compared still counts: another login may have renewed the hash meanwhile."""
    return person.password_hash == stored or passwords.matches(person.password_hash, password)


def begin_in(session: Session, person: Person, *, agent: str, real_now: datetime) -> str:
    """Begin a session in the caller's transaction, and give its token."""
    token = secrets.token_urlsafe(32)
    said = "".join(sign for sign in agent if not unfit(sign))[:200]
    row = LoginSession(person_id=person.id, token_hash=digest(token), agent=said)
    row.created_at = row.seen_at = real_now
    session.add(row)
    return token


def visitor(house: House, *, token: str, real_now: datetime) -> Visit | None:
    """Whose session this is, if it still runs: asked on every request."""
    with house.db.read() as session:
        found = store.session_with_person(session, digest(token))
    if found is None or found[0].seen_at <= _oldest(house, real_now) or found[1].closed_at is not None:
        return None
    row, person = found
    noted = real_now - row.seen_at >= NOTED_EVERY
    if noted:
        with by_the_way("a visit"), house.db.write() as session:
            store.touch_session(session, row.id, real_now)
    return Visit(account_of(person), noted)


def account_of(person: Person) -> Account:
    """The person as the door knows them."""
    return Account(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        is_lead=person.is_lead,
    )


def log_out(house: House, *, actor: Account, token: str, real_now: datetime) -> None:
    with house.db.write() as session:
        store.end_sessions(session, actor.person_id, real_now, only_token=digest(token))


def my_sessions(house: House, *, actor: Account, token: str, real_now: datetime) -> tuple[SessionView, ...]:
    with house.db.read() as session:
        rows = store.sessions_of(session, actor.person_id, seen_after=_oldest(house, real_now))
    here = digest(token)
    return tuple(
        SessionView(row.id, row.agent, row.created_at, row.seen_at, row.token_hash == here) for row in rows
    )


def end_session(house: House, *, actor: Account, session_id: int, real_now: datetime) -> None:
    """Log one of my browsers out; NotFound where it is none of mine, or is logged out already."""
    with house.db.write() as session:
        if not store.end_sessions(session, actor.person_id, real_now, only_id=session_id):
            raise NotFound


def end_other_sessions(house: House, *, actor: Account, token: str, real_now: datetime) -> int:
    """Log all my other browsers out; gives how many there were."""
    with house.db.write() as session:
        return store.end_sessions(session, actor.person_id, real_now, but_token=digest(token))


def change_password(
    house: House, *, actor: Account, token: str, present: str, new: str, now: datetime, real_now: datetime
) -> None:
    """A new password for the one who knows the present one; ends all my other sessions, links and my calendar's
    address. Raises Invalid(present=, new=), TooMany."""
    faults: dict[str, Message] = {}
    before = None
    try:
        before = tries.check_present(house, actor=actor, present=present, real_now=real_now)
    except Invalid as wrong:
        faults.update(wrong.errors)
    with house.db.read() as session:
        person = person_by_id(session, actor.person_id)
        if fault := password_fault(house, session, new, actor.name, actor.email, person=person):
            faults["new"] = fault
    if faults:
        raise Invalid(faults)
    after = passwords.hashed(new)
    with house.db.write() as session:
        person = person_by_id(session, actor.person_id, lock=True)
        if person is None or person.closed_at is not None or person.password_hash != before:
            raise Invalid(present=N_("This is not your present password."))
        person.password_hash = after
        store.end_access(session, person.id, real_now, but_token=digest(token))
        AccountMails(session, house, now, real_now).new_password(person)
        register.note(session, "password_changed", by=actor, at=real_now, person=person)


def sweep(house: House, *, real_now: datetime) -> None:
    """Tidy up, once in a while: sessions nobody came back to, tries that no longer count."""
    with house.db.write() as session:
        store.end_stale_sessions(session, seen_before=_oldest(house, real_now), at=real_now)
        store.forget_failures(session, before=real_now - timedelta(minutes=house.settings.login_minutes))


def _oldest(house: House, real_now: datetime) -> datetime:
    """Who was not seen since then has to log in again."""
    return real_now - timedelta(days=house.settings.session_days)
