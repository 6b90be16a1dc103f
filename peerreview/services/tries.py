"""Slowing down guesses: failed tries are counted for the address that was tried and for the client.

A try is written down before the password is compared, and taken back when it was right: so many at once
cannot slip past the count. The limit for a client is wider, as a whole organisation may share one address.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ..errors import TooMany
from ..store import accounts as store
from ..store.sorting import fold
from .house import House

CLIENT_TIMES = 10


@dataclass(frozen=True)
class Try:
    """One try as it was written down: the keys it counts for, the rows that hold it."""

    address_key: str
    row_ids: tuple[int, ...]


def begin(
    house: House, *, what: str, email: str, client: str, real_now: datetime, most: int | None = None
) -> Try:
    """Write a try down, or raise TooMany. The tries of each `what` (login, reset) are counted apart."""
    most = most or house.settings.login_tries
    span = timedelta(minutes=house.settings.login_minutes)
    address = _key(what, "address", fold(email))
    limits = {address: most, _key(what, "client", _network(client)): most * CLIENT_TIMES}
    with house.db.write() as session:
        store.lock_keys(session, limits)
        for key, limit in limits.items():
            failures = store.latest_failures(session, key, since=real_now - span, limit=limit)
            if len(failures) == limit:
                raise TooMany(failures[-1] + span)
        return Try(address, tuple(store.add_failures(session, limits, real_now)))


def forgive_in(session: Session, attempt: Try) -> None:
    """The try was right: forget it, and what had been tried for its address, but not its client's others."""
    store.forget_failures(session, ids=attempt.row_ids, key=attempt.address_key)


def forget_address_in(session: Session, *, what: str, email: str) -> None:
    """Forget what had been tried for an address whose owner has just shown who they are."""
    store.forget_failures(session, key=_key(what, "address", fold(email)))


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
