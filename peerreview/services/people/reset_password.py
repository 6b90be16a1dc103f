"""A new password for somebody who has forgotten theirs: by a single-use link sent to their address."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import N_, Invalid
from ...rendering.mails import MailWords
from ...store.lists import accounts as store
from ...store.people.people import Person, person_by_email
from ..base.checks import Checks
from ..base.house import House
from ..login import links, passwords, tries
from ..login.account_mails import AccountMails
from ..login.own_words import password_fault
from ..mail.put_in_outbox import enqueue
from ..register import register
from .accounts import send_invitation_in

# How often one may ask within settings.login_minutes: nobody's mailbox is to be filled by others.
ASKED = 5


def ask_for_reset(
    house: House, *, email: str, client: str, now: datetime, real_now: datetime, device: str = ""
) -> None:
    """Send a link for a new password, where there is an account; the answer and the work are the same
    where there is none. Raises Invalid(email=) for what can be no address, and TooMany."""
    checks = Checks()
    email = checks.email("email", email)
    checks.stop()
    tries.begin(
        house,
        what="reset",
        email=email,
        client=client,
        device=device,
        real_now=real_now,
        most=ASKED,
        anywhere=ASKED,
    )
    with house.db.write() as session:
        person = person_by_email(session, email, lock=True)
        if person is None or person.closed_at is not None or person.address_unproven:
            _do_as_much_for_nobody(session, house, now, real_now)
        elif person.password_hash is None:
            _remind_of_invitation(session, house, person, now, real_now)
        else:
            _send_reset(session, house, person, now, real_now)


def _remind_of_invitation(
    session: Session, house: House, person: Person, now: datetime, real_now: datetime
) -> None:
    """Whoever asks need not be the one who is invited: an invitation that works goes on working, and for no longer."""
    last = store.last_link(session, person.id, "invite")
    works = last is not None and last.expires_at > real_now
    until = last.expires_at if last is not None and works else None
    send_invitation_in(session, house, person=person, now=now, real_now=real_now, until=until)


def _send_reset(session: Session, house: House, person: Person, now: datetime, real_now: datetime) -> None:
    hours = house.settings.reset_hours
    store.expire_links(session, person.id, real_now, kinds=("reset",))
    token = links.new_in(session, person, "reset", real_now, timedelta(hours=hours))
    words = MailWords(
        subject=N_("Choose a new password"),
        why=N_("Somebody, probably you, has asked for a new password for your account."),
        ask=(
            N_(
                "Choose a new password with the link. All places where you are logged in are logged out then."
            ),
        ),
        link=f"/reset/{token}",
        button=N_("Choose a new password"),
        next=(
            N_("The link works once, for %(hours)s hours, or until a newer one is sent.", hours=hours),
            N_("If it was not you, you need not do anything: your password stays as it is."),
        ),
    )
    enqueue(
        session, house, person=person, kind="reset", words=words, review_id=None, now=now, real_now=real_now
    )


def _do_as_much_for_nobody(session: Session, house: House, now: datetime, real_now: datetime) -> None:
    """The same work for somebody who is made up and forgotten at once: time shall not tell who exists."""
    nobody = Person(name="-", sort_key="-", email="nobody@invalid.example", created_at=real_now)
    nobody.email_folded, nobody.language = secrets.token_hex(16), house.settings.default_language
    forgotten = session.begin_nested()
    session.add(nobody)
    session.flush()
    _send_reset(session, house, nobody, now, real_now)
    session.flush()
    forgotten.rollback()


def reset_password(
    house: House, *, token: str, password: str, client: str = "", now: datetime, real_now: datetime
) -> int:
    """A new password by a link sent to the address; ends all sessions, all other links and the calendar's address.
    Gives whose it is."""
    view = links.look(house, kind="reset", token=token, real_now=real_now)
    with house.db.read() as session:
        person = person_by_email(session, view.email)
        if fault := password_fault(house, session, password, view.name, view.email, person=person):
            raise Invalid(password=fault)
    chosen = passwords.hashed(password)
    with house.db.write() as session:
        _, person = links.use_in(session, "reset", token, real_now)
        person.password_hash = chosen
        store.end_access(session, person.id, real_now)
        tries.forget_address_in(session, what="login", email=person.email, client=client)
        AccountMails(session, house, now, real_now).new_password(person)
        register.note(session, "password_reset", by=person, at=real_now, person=person)
        return person.id
