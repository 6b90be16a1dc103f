"""Slowing down guesses, without shutting out whoever is guessed at.

A try is written down before the password is compared, and taken back when it was right: so many at once cannot slip
past the count, however many processes there are. Failed tries are counted apart

- for the browser, where it has been logged in to this account before (services.login.devices): nobody else can use
  that up;
- else for the address and the network that the try came from; for the address, wherever from (wider, so that one
  stranger does not use up everybody's); and for the network (wider still, as a whole organisation may share one).

Where it cannot be known where a try comes from (a proxy that is not trusted), `client` is "" and no network is counted:
else a hundred wrong tries by one would shut out everybody behind the proxy.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import N_, Invalid, TooMany
from ...store.connection.collation import fold
from ...store.lists import accounts as store
from ...store.people.people import person_by_email, person_by_id
from ..base.house import Account, House
from . import devices, passwords

# How many times as many for an address from wherever, and from one network for whichever address.
ANYWHERE_TIMES, CLIENT_TIMES = 5, 10


@dataclass(frozen=True)
class Try:
    """One try as it was written down: the key that is forgotten when it was right, the rows that hold it."""

    own_key: str
    row_ids: tuple[int, ...]


def begin(
    house: House,
    *,
    what: str,
    email: str,
    client: str,
    real_now: datetime,
    device: str = "",
    most: int | None = None,
    anywhere: int | None = None,
) -> Try:
    """Write a try down, or raise TooMany. The tries of each `what` (login, reset) are counted apart. `device`: what the
    browser has kept of accounts that it has been logged in to. `most`, `anywhere`: other limits than the settings'."""
    most = most or house.settings.login_tries
    known = _known_device(house, email, device)
    if known:
        limits = {_key(what, "device", known): most}
    elif client:
        network = _network(client)
        limits = {
            _key(what, "address from", fold(email), network): most,
            _key(what, "address", fold(email)): anywhere or most * ANYWHERE_TIMES,
            _key(what, "client", network): most * CLIENT_TIMES,
        }
    else:
        limits = {_key(what, "address from", fold(email), ""): most}
    return _write_down(house, limits, real_now)


def check_present(house: House, *, actor: Account, present: str, real_now: datetime) -> str:
    """Whether somebody who is logged in knows the password; gives its hash. Raises Invalid(present=), TooMany.
    Counted apart from tries to log in: whoever guesses out there does not keep the owner from a new password."""
    limits = {_key("present", str(actor.person_id)): house.settings.login_tries}
    attempt = _write_down(house, limits, real_now)
    with house.db.read() as session:
        person = person_by_id(session, actor.person_id)
    stored = person.password_hash if person else None
    if not passwords.matches(stored, present) or stored is None:
        raise Invalid(present=N_("This is not your present password."))
    with house.db.write() as session:
        forgive_in(session, attempt)
    return stored


def _write_down(house: House, limits: Mapping[str, int], real_now: datetime) -> Try:
    span = timedelta(minutes=house.settings.login_minutes)
    with house.db.write() as session:
        store.lock_keys(session, limits)
        for key, limit in limits.items():
            failures = store.latest_failures(session, key, since=real_now - span, limit=limit)
            if len(failures) == limit:
                raise TooMany(failures[-1] + span)
        return Try(next(iter(limits)), tuple(store.add_failures(session, limits, real_now)))


def _known_device(house: House, email: str, device: str) -> str:
    """The browser, where it has been logged in to the account with this address before."""
    kept = devices.read(house.settings.secret_key, device)
    if not kept:
        return ""
    with house.db.read() as session:
        person = person_by_email(session, email) if email.isprintable() else None
    return kept.get(person.id, "") if person is not None else ""


def forgive_in(session: Session, attempt: Try) -> None:
    """The try was right: forget it and those before it from there, but not what others have tried."""
    store.forget_failures(session, ids=attempt.row_ids, key=attempt.own_key)


def forget_address_in(session: Session, *, what: str, email: str, client: str = "") -> None:
    """Forget what had been tried for an address whose owner has just shown who they are."""
    where = _network(client) if client else ""
    for key in (_key(what, "address", fold(email)), _key(what, "address from", fold(email), where)):
        store.forget_failures(session, key=key)


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _network(client: str) -> str:
    """An IPv6 client has 2^64 addresses to choose from: count its network."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
