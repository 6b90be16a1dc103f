"""Putting mail into the outbox, in the transaction of the deed that it tells of."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy.orm import Session

from ...errors import N_
from ...mail.addresses import BadAddress, to_ascii
from ...rendering.mails import Digest, Foot, MailWords, compose, subject_of
from ...rendering.words import local
from ...store.mail import outbox as store
from ...store.mail.outbox import Outgoing
from ...store.people.people import Person
from ..base.house import House
from .off_keys import off_path, without_key

_TURN_OFF = N_("You can turn off mails of this kind:")
_ACCOUNT = N_("This mail is about your account. Such mails cannot be turned off.")
_NEEDED = N_(
    "Mails of this kind cannot be turned off for as long as you take part. How often they come, you choose here:"
)

# Mails about an account: to a new address and to an old one (with links), and what is told without one.
ADDRESS, OLD_ADDRESS, TOLD = "address", "old_address", "account"
OVERTAKEN = N_("A newer mail about the same has gone instead.")
NOW = timedelta(0)

# Mails that hold a single-use token: nobody in the house is shown what they say.
SECRET = frozenset(("invite", "reset", ADDRESS, OLD_ADDRESS))
ABOUT_ACCOUNT = SECRET | {TOLD}


def enqueue(
    session: Session,
    house: House,
    *,
    person: Person,
    kind: str,
    words: MailWords | Digest,
    review_id: int | None,
    now: datetime,
    real_now: datetime,
    reason: str = "",
    may_decline: str = "",
    asks: Mapping[str, Any] | None = None,
    to: str = "",
    wait: timedelta = NOW,
    gathers: bool = False,
    nameless: bool = False,
) -> Outgoing:
    """Compose the mail and add it to the outbox; it goes if, and only if, the caller's transaction does.

    `review_id` is None for a mail about no review or several: it then belongs to no thread. `reason` says in
    the outbox why the mail exists, where its kind does not. `may_decline`, `asks`, `nameless`: as in the outbox. `to`:
    another address of the person's than the one that counts. `wait`: how long it is kept back. `gathers`: it tells of
    something saved, and takes the place of what still waits to tell the same person the same (engine.md 28)."""
    domain = house.settings.mail_from.rpartition("@")[2]
    row = Outgoing(
        message_id=f"<{uuid.uuid4().hex}@{domain}>",
        review_id=review_id,
        person_id=person.id,
        kind=kind,
        reason=reason[:500],
        may_decline=may_decline,
        asks=dict(asks or {}),
        nameless=nameless,
        created_at=real_now,
        about_at=now,
        next_at=real_now + (timedelta(seconds=house.settings.mail_gather) if gathers else wait),
    )
    compose_anew(session, house, row, person=person, words=words, now=now, to=to)
    if gathers:
        row.next_at = min([row.next_at, *store.take_back(session, row, OVERTAKEN.text, real_now)])
    session.add(row)
    session.flush()
    return row


def compose_anew(
    session: Session,
    house: House,
    row: Outgoing,
    *,
    person: Person,
    words: MailWords | Digest,
    now: datetime,
    to: str = "",
) -> None:
    """Give a message of the outbox its words, or other ones: under the same ID, in the same thread."""
    if row.review_id is not None:
        words = _named(words, session, row.review_id)
    row.recipient = carried(to or person.email)
    row.subject = subject_of(words, person.language, local(now).date())[:500]
    root = store.thread_root(session, row.review_id) if row.review_id is not None else None
    row.message = compose(
        words,
        to_name=person.name,
        to_address=row.recipient,
        sender=(house.settings.network_name, house.settings.mail_from),
        reply_to=_reply_to(session, house, row.review_id),
        message_id=row.message_id,
        date=now,
        language=person.language,
        in_reply_to=root if root != row.message_id else None,
        base_url=house.settings.base_url,
        foot=foot_of(house, row, person),
    )


def preview(
    session: Session,
    house: House,
    *,
    person: Person,
    words: MailWords | Digest,
    review_id: int | None,
    now: datetime,
    kind: str = "reminder",
    may_decline: str = "",
) -> tuple[str, str]:
    """Subject and text as they would go to the person; nothing is kept."""
    row = Outgoing(message_id="<preview>", review_id=review_id, kind=kind, may_decline=may_decline)
    compose_anew(session, house, row, person=person, words=words, now=now)
    return row.subject, text_of(row.message)


def text_of(message: bytes) -> str:
    """The text part; the HTML part says the same. Without the key by which its reader, and nobody else, turns off
    such mails."""
    part = message_from_bytes(message, policy=policy.default).get_body(("plain",))
    return without_key(str(part.get_content())) if part is not None else ""


def foot_of(house: House, row: Outgoing, person: Person) -> Foot:
    """What the mail says of itself at its end: how to turn such mails off, or that they cannot be."""
    base = house.settings.base_url.rstrip("/")
    if row.may_decline:
        return Foot(_TURN_OFF, base + off_path(house.settings.secret_key, person.id, row.may_decline), True)
    if row.kind in ABOUT_ACCOUNT or person.password_hash is None:
        return Foot(_ACCOUNT)
    return Foot(_NEEDED, f"{base}/me#mail")


def carried(address: str) -> str:
    """As SMTP carries it; one that it cannot stays as it is, and its delivery fails in words."""
    try:
        return to_ascii(address)
    except BadAddress:
        return address


def _named(words: MailWords | Digest, session: Session, review_id: int) -> MailWords | Digest:
    """Give the organisations' names to words that came without."""
    parts = words.sections if isinstance(words, Digest) else (words,)
    if all(part.names for part in parts):
        return words
    names = store.party_names(session, review_id)
    parts = tuple(part if part.names else replace(part, names=names) for part in parts)
    return Digest(parts) if isinstance(words, Digest) else parts[0]


def _reply_to(session: Session, house: House, review_id: int | None) -> tuple[str, str]:
    """The review's lead, else the network's; where no lead has a usable address, the settings' own."""
    settings = house.settings
    lead = store.lead_to_answer(session, review_id)
    if lead is not None:
        try:
            return lead.name, to_ascii(lead.email)
        except BadAddress:
            pass
    return settings.network_name, settings.mail_reply_to or settings.mail_from
