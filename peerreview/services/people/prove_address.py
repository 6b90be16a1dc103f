"""Where somebody's mail goes, and what they log in with: another address counts when it has been proven.

Whoever asks for it (the owner, who shows the password; or a project lead) changes nothing yet. A link goes to the new
address, and the old one is told and can object. The link alone is not enough: whoever opens it shows that the account
is theirs, by being logged in or by the password, for the address may be a slip, and then its reader is a stranger.
The old address can take the change back for two weeks: it could have had a new password just before, so this gives
nothing to who should not have it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...errors import N_, Invalid, NotFound, Refused
from ...store.connection.collation import fold
from ...store.lists import accounts as store
from ...store.people.people import Link, Person, person_by_email, person_by_id
from ..base.checks import Checks
from ..base.house import Account, House
from ..login import links, passwords, tries
from ..login.account_mails import AccountMails
from ..mail.resend import send_what_holds
from ..register import register

OWN, BY_LEAD = timedelta(hours=24), timedelta(days=14)
# Beyond the time in which it can be proven.
OBJECT = timedelta(days=14)

_TAKEN = N_("Somebody else already has this address.")
_WRONG = N_("This is not your present password.")


@dataclass(frozen=True)
class Pending:
    """An address that waits to be proven. `by`: the project lead who wrote it, "" where the owner did."""

    email: str
    by: str
    asked_at: datetime
    until: datetime


@dataclass(frozen=True)
class Proof:
    """What the page of a link to a new address shows. `mine`: whoever looks is logged in as its owner."""

    name: str
    language: str
    old: str
    new: str
    mine: bool


@dataclass(frozen=True)
class Objection:
    """What the page of a link to an old address shows. `new`: the address that is asked for, or counts already."""

    name: str
    language: str
    old: str
    new: str
    is_changed: bool


def pending_of(session: Session, person: Person, real_now: datetime) -> Pending | None:
    link = store.last_link(session, person.id, "address")
    if link is None or link.used_at is not None or link.expires_at <= real_now:
        return None
    lead = session.get(Person, link.by_id) if link.by_id is not None else None
    return Pending(link.email, lead.name if lead else "", link.created_at, link.expires_at)


# ---- asking


def change_my_address(
    house: House,
    *,
    actor: Account,
    email: str,
    present: str,
    now: datetime,
    real_now: datetime,
) -> None:
    """Ask for another address of one's own: for the one who knows the password. It counts when it is proven."""
    checked = tries.check_present(house, actor=actor, present=present, real_now=real_now)
    with house.db.write() as session:
        person = person_by_id(session, actor.person_id, lock=True)
        if person is None or person.closed_at is not None or person.password_hash != checked:
            raise Invalid(present=_WRONG)
        ask_in(session, house, person, email, by=None, now=now, real_now=real_now)


def ask_in(
    session: Session,
    house: House,
    person: Person,
    email: str,
    *,
    by: Account | None,
    now: datetime,
    real_now: datetime,
) -> None:
    """Send the link to the new address and tell the old one. `by`: the project lead who asks, None for the owner.
    Raises Invalid(email=)."""
    checks = Checks()
    email = checks.email("email", email)
    checks.stop()
    _refuse_known(session, person, email, by)
    store.expire_links(session, person.id, real_now, kinds=("address",))
    span, by_id = (BY_LEAD, by.person_id) if by else (OWN, None)
    mails = AccountMails(session, house, now, real_now)
    proof = links.new_in(session, person, "address", real_now, span, email=email, by_id=by_id)
    stop = links.new_in(session, person, "stop", real_now, span + OBJECT, email=person.email, by_id=by_id)
    name = by.name if by else ""
    mails.prove_address(person, email=email, token=proof, by=name, until=real_now + span)
    mails.address_asked(person, email=email, token=stop, by=name)
    register.note(
        session,
        "address_asked",
        by=by or person,
        at=real_now,
        person=person,
        words={"email": [person.email, email]},
    )


def _refuse_known(session: Session, person: Person, email: str, by: Account | None) -> None:
    if email == person.email:
        raise Invalid(email=N_("This is the address already."))
    other = person_by_email(session, email)
    if other is not None and other.id != person.id:
        # Whose it is, is nothing that everybody is told.
        raise Invalid(email=N_("%(name)s already has this address.", name=other.name) if by else _TAKEN)


def forget_change(house: House, *, actor: Account, person_id: int | None = None, real_now: datetime) -> None:
    """Nobody wants the new address any longer: its owner says so or, of another `person_id`, a project lead."""
    if person_id is not None and not actor.is_lead:
        raise NotFound
    with house.db.write() as session:
        person = person_by_id(session, person_id or actor.person_id, lock=True)
        pending = pending_of(session, person, real_now) if person else None
        if person is None or pending is None:
            raise NotFound
        with house.asked(session, actor):
            store.expire_links(session, person.id, real_now, kinds=("address",))
            words = {"email": [person.email, pending.email]}
            register.note(session, "address_stopped", by=actor, at=real_now, person=person, words=words)


# ---- proving


def look_at_proof(house: House, *, token: str, actor: Account | None, real_now: datetime) -> Proof:
    """Raises NotFound and DeadLink, as all links do. Looking changes nothing."""
    with house.db.read() as session:
        link, person = links.working(session, "address", token, real_now)
        return Proof(person.name, person.language, person.email, link.email, _is_owner(actor, person))


def prove(
    house: House,
    *,
    token: str,
    actor: Account | None,
    password: str,
    client: str,
    device: str,
    now: datetime,
    real_now: datetime,
) -> str:
    """The new address counts from now on; gives it. Raises Invalid (password=, email=), TooMany, NotFound, DeadLink."""
    with house.db.read() as session:
        _, person = links.working(session, "address", token, real_now)
    stored = person.password_hash
    if not _is_owner(actor, person):
        attempt = tries.begin(
            house, what="login", email=person.email, client=client, device=device, real_now=real_now
        )
        if not passwords.matches(stored, password):
            raise Invalid(password=N_("This is not the password of the account."))
        with house.db.write() as session:
            tries.forgive_in(session, attempt)
    with house.db.write() as session:
        link, person = links.use_in(session, "address", token, real_now)
        if person.password_hash != stored:
            raise links.DeadLink("address", "expired")
        old = person.email
        _keep(session, person, link.email)
        _tell_changed(session, house, person, old, link.by_id, now, real_now)
        return person.email


def _is_owner(actor: Account | None, person: Person) -> bool:
    return actor is not None and actor.person_id == person.id


def _tell_changed(
    session: Session,
    house: House,
    person: Person,
    old: str,
    by_id: int | None,
    now: datetime,
    real_now: datetime,
) -> None:
    send_what_holds(session, house, person, now=now, real_now=real_now)
    stop = links.new_in(session, person, "stop", real_now, OBJECT, email=old, by_id=by_id)
    AccountMails(session, house, now, real_now).address_changed(person, old=old, token=stop)
    words = {"email": [old, person.email]}
    register.note(session, "address_changed", by=person, at=real_now, person=person, words=words)


# ---- objecting


def look_at_objection(house: House, *, token: str, real_now: datetime) -> Objection:
    """What there is to stop or to take back. NotFound and DeadLink as all links; DeadLink too where nothing is."""
    with house.db.read() as session:
        link, person = links.working(session, "stop", token, real_now)
        new = _objected(session, link, person, real_now)
        return Objection(person.name, person.language, link.email, new, _is_changed(link, person))


def _objected(session: Session, link: Link, person: Person, real_now: datetime) -> str:
    """The address that is objected to: the one that counts, or the one that is asked for."""
    if _is_changed(link, person):
        return person.email
    pending = pending_of(session, person, real_now)
    if pending is None:
        raise links.DeadLink("stop", "expired")
    return pending.email


def _is_changed(link: Link, person: Person) -> bool:
    return fold(link.email) != person.email_folded


def object_to(house: House, *, token: str, now: datetime, real_now: datetime) -> str:
    """Stop a change or take it back, for whoever reads mail at the old address. Where somebody knew the password, it no
    longer works: then the token of a link for a new one is given, else "". Raises NotFound, DeadLink."""
    with house.db.write() as session:
        link, person = links.working(session, "stop", token, real_now)
        person_by_id(session, person.id, lock=True)
        new, changed = _objected(session, link, person, real_now), _is_changed(link, person)
        # It ends what was asked for too.
        links.use_in(session, "stop", token, real_now)
        # Who had the account meanwhile has such links too, and takes nothing back by them.
        store.expire_links(session, person.id, real_now, kinds=("stop",), after=link.id)
        leads = (
            store.leads(session) if changed or link.by_id is None else [session.get_one(Person, link.by_id)]
        )
        if changed:
            _take_back(session, house, person, link.email, now, real_now)
        mails = AccountMails(session, house, now, real_now)
        for lead in leads:
            if lead.id != person.id:
                mails.objection(lead, person, email=new, was_changed=changed)
        if changed:
            words = {"email": [new, person.email]}
            register.note(session, "address_taken_back", by=person, at=real_now, person=person, words=words)
        else:
            words = {"email": [person.email, new]}
            register.note(session, "address_stopped", by=person, at=real_now, person=person, words=words)
        if link.by_id is not None and not changed:
            return ""
        _shut_out(session, person, real_now)
        return links.new_in(session, person, "reset", real_now, timedelta(hours=house.settings.reset_hours))


def _take_back(
    session: Session, house: House, person: Person, email: str, now: datetime, real_now: datetime
) -> None:
    other = person_by_email(session, email)
    if other is not None and other.id != person.id:
        raise Refused(N_("Somebody else has this address by now. Talk to the project lead."))
    lost = person.email
    _keep(session, person, email)
    send_what_holds(session, house, person, now=now, real_now=real_now)
    AccountMails(session, house, now, real_now).address_taken_back(person, lost=lost)


def _shut_out(session: Session, person: Person, real_now: datetime) -> None:
    """Whoever is in, and whoever knows the password."""
    person.password_hash = passwords.hashed(secrets.token_urlsafe(32))
    store.end_access(session, person.id, real_now)


# ---- the address itself


def set_address_in(
    session: Session, house: House, person: Person, email: str, *, now: datetime, real_now: datetime
) -> None:
    """Correct the address of somebody who has no password yet, and so nothing to lose. Raises Invalid(email=)."""
    assert person.password_hash is None
    checks = Checks()
    email = checks.email("email", email)
    checks.stop()
    other = person_by_email(session, email)
    if other is not None and other.id != person.id:
        raise Invalid(email=N_("%(name)s already has this address.", name=other.name))
    _keep(session, person, email)
    send_what_holds(session, house, person, now=now, real_now=real_now)


def _keep(session: Session, person: Person, email: str) -> None:
    person.email, person.email_folded, person.address_unproven = email, fold(email), False
    person.mail_problem, person.bounced_at = "", None
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise Invalid(email=_TAKEN) from None
