"""How an account comes into being: by an invitation that its owner takes.

`..._in` functions work inside the caller's transaction, after the caller has decided who may.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...errors import N_, Invalid, Refused
from ...rendering.mails import MailWords
from ...store.connection.collation import fold, sort_key
from ...store.lists import accounts as store
from ...store.people.people import Person, person_by_email
from ..base.access import found_in, only_lead
from ..base.checks import Checks, email_fault
from ..base.house import Account, House
from ..login import links, passwords
from ..login.account_mails import AccountMails
from ..login.own_words import password_fault
from ..login.sessions import begin_in
from ..mail.put_in_outbox import enqueue
from ..register import register
from . import prove_address
from .close_account import look_again
from .names import check_name


def invite_in(
    session: Session,
    house: House,
    *,
    name: str,
    email: str,
    now: datetime,
    real_now: datetime,
    language: str = "",
    by: Account | None = None,
    invited: bool = True,
) -> tuple[Person, bool]:
    """The person with this address; where there is none, a new one with an invitation on its way (then True).

    Somebody known keeps their name, and gets a new invitation only where the last has run out unused.
    `by` is who invites; without `invited` nothing is sent yet. Raises Invalid(name=, email=)."""
    checks = Checks()
    person = None if email_fault(email.strip()) else person_by_email(session, email, lock=True)
    known = checks.name("name", name)
    name = check_name(house, session, checks, "name", name) if person is None else known
    email = checks.email("email", email)
    language = checks.language("language", language or house.settings.default_language)
    checks.stop()
    if person is None:
        person = _new_person(session, name, email, language, real_now)
        if person is not None:
            words = {"name": person.name, "email": person.email}
            register.note(session, "person_added", by=by, at=real_now, person=person, words=words)
            if invited:
                send_invitation_in(session, house, person=person, by=by, now=now, real_now=real_now)
            return person, True
        person = person_by_email(session, email, lock=True)
        assert person is not None, "whoever was first has this address"
    if person.closed_at is not None:
        raise Invalid(email=N_("This account is closed. Ask the project lead to open it again."))
    if invited and person.password_hash is None and not has_working_invitation(session, person, real_now):
        send_invitation_in(session, house, person=person, by=by, now=now, real_now=real_now)
    return person, False


def _new_person(session: Session, name: str, email: str, language: str, at: datetime) -> Person | None:
    """None where another transaction was first with the address."""
    person = Person(name=name, sort_key=sort_key(name), email=email, email_folded=fold(email))
    person.language, person.created_at = language, at
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError:
        return None
    return person


def has_working_invitation(session: Session, person: Person, real_now: datetime) -> bool:
    last = store.last_link(session, person.id, "invite")
    return last is not None and last.expires_at > real_now


def send_invitation_in(
    session: Session,
    house: House,
    *,
    person: Person,
    by: Account | None = None,
    now: datetime,
    real_now: datetime,
    until: datetime | None = None,
) -> None:
    """Send a first or a further invitation; older ones stop working. Refused where it makes no sense. `until`: one more
    beside a working one, for as long as that one works."""
    if person.closed_at is not None:
        raise Refused(N_("The account is closed. Open it again first."))
    if person.password_hash is not None:
        raise Refused(N_("%(name)s has already begun to use the account.", name=person.name))
    span = timedelta(days=house.settings.invite_days)
    if until is None:
        store.expire_links(session, person.id, real_now, kinds=("invite",))
        register.note(
            session, "invited", by=by or person, at=real_now, person=person, words={"to": person.email}
        )
    else:
        span = until - real_now
    token = links.new_in(session, person, "invite", real_now, span)
    network = house.settings.network_name
    why = (
        N_("%(who)s has invited you to %(network)s.", who=by.name, network=network)
        if by
        else N_("You have been invited to %(network)s.", network=network)
    )
    words = MailWords(
        subject=N_("Your invitation to %(network)s", network=network),
        why=why,
        ask=(
            N_(
                "There, organisations review each other as colleagues. Choose a password to get your account."
            ),
        ),
        link=f"/invite/{token}",
        button=N_("Choose a password"),
        next=(
            N_("The link works once, until %(until)s.", until=real_now + span),
            N_("If you did not expect this invitation, you need not do anything."),
        ),
    )
    enqueue(
        session, house, person=person, kind="invite", words=words, review_id=None, now=now, real_now=real_now
    )


def correct_address_in(
    session: Session,
    house: House,
    *,
    person: Person,
    email: str,
    by: Account,
    now: datetime,
    real_now: datetime,
) -> None:
    """Correct the address of somebody who has not logged in yet, and send the invitation there instead."""
    if person.password_hash is not None:
        raise Refused(N_("%(name)s has already begun to use the account.", name=person.name))
    old, was_sent = person.email, store.last_link(session, person.id, "invite") is not None
    prove_address.set_address_in(session, house, person, email, now=now, real_now=real_now)
    if was_sent and old != person.email:
        AccountMails(session, house, now, real_now).invitation_went_wrong(person, old=old)
    words = {"email": [old, person.email]}
    register.note(session, "address_corrected", by=by, at=real_now, person=person, words=words)
    send_invitation_in(session, house, person=person, by=by, now=now, real_now=real_now)


def accept_invitation(
    house: House,
    *,
    token: str,
    name: str,
    language: str,
    password: str,
    agent: str,
    now: datetime,
    real_now: datetime,
) -> str:
    """Take the invitation: choose a password, correct one's name. Gives the token of a new session."""
    email = links.look(house, kind="invite", token=token, real_now=real_now).email
    checks = Checks()
    with house.db.read() as session:
        person = person_by_email(session, email)
        called = person.name if person is not None else ""
        name = check_name(house, session, checks, "name", name, now_called=called, by_owner=True)
        language = checks.language("language", language)
        if fault := password_fault(house, session, password, name, email, person=person):
            checks.faults["password"] = fault
    checks.stop()
    chosen = passwords.hashed(password)
    with house.db.write() as session:
        _, person = links.use_in(session, "invite", token, real_now)
        before, after = {"name": person.name}, {"name": name}
        person.name, person.sort_key, person.language = name, sort_key(name), language
        person.password_hash = chosen
        register.note(session, "invitation_taken", by=person, at=real_now, person=person)
        register.note_change(
            session, "person_changed", by=person, at=real_now, before=before, after=after, person=person
        )
        AccountMails(session, house, now, real_now).account_ready(person)
        return begin_in(session, person, agent=agent, real_now=real_now)


def invite_again(house: House, *, actor: Account, person_id: int, now: datetime, real_now: datetime) -> None:
    """Send the invitation once more; the links of the earlier ones stop working."""
    only_lead(actor)
    with house.db.write() as session:
        found = found_in(session, person_id, lock=True)
        with house.asked(session, actor):
            send_invitation_in(session, house, person=found, by=actor, now=now, real_now=real_now)


def correct_address(
    house: House, *, actor: Account, person_id: int, email: str, now: datetime, real_now: datetime
) -> bool:
    """Mend somebody's address. Who has not logged in yet is invited there: then True. Whoever has is asked there to
    confirm it, with the password, so that an address opens nobody's account to another."""
    only_lead(actor)
    with house.db.write() as session:
        found = found_in(session, person_id, lock=True)
        if found.closed_at is not None:
            raise Refused(N_("The account is closed. Open it again first."))
        here = {"person": found, "email": email, "by": actor, "now": now, "real_now": real_now}
        if found.password_hash is None:
            correct_address_in(session, house, **here)  # type: ignore[arg-type]
            return True
        prove_address.ask_in(session, house, **here)  # type: ignore[arg-type]
        return False


def close_account(house: House, *, actor: Account, person_id: int, now: datetime, real_now: datetime) -> None:
    """Nobody gets in with this account any longer, from now on; what they wrote stays. Their reviews learn of it: what
    is left to do is reminded of otherwise, or is an alarm."""
    only_lead(actor)
    if actor.person_id == person_id:
        raise Refused(N_("You cannot close your own account. Ask another project lead to do it."))
    with house.db.write() as session:
        found = found_in(session, person_id, lock=True)
        with house.asked(session, actor):
            if found.closed_at is None:
                found.closed_at = real_now
                register.note(session, "closed", by=actor, at=real_now, person=found)
            store.end_access(session, found.id, real_now)
    look_again(house, person_id, now)


def reopen_account(
    house: House, *, actor: Account, person_id: int, now: datetime, real_now: datetime
) -> None:
    """The account works again, with its old password, and its owner is told; who never had one is invited again."""
    only_lead(actor)
    with house.db.write() as session:
        found = found_in(session, person_id, lock=True)
        with house.asked(session, actor):
            if found.closed_at is None:
                return
            found.closed_at = None
            register.note(session, "reopened", by=actor, at=real_now, person=found)
            if found.password_hash is None:
                send_invitation_in(session, house, person=found, by=actor, now=now, real_now=real_now)
            else:
                AccountMails(session, house, now, real_now).reopened(found, by=actor.name)
    look_again(house, person_id, now)
