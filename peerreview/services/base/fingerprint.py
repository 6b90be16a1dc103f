"""Fingerprints: what a page listed before somebody acts on it, so that nothing else is done than what it showed.

A page of an act lists things: documents, questions, a text, who is told. Its form carries a fingerprint of them, a
pair for each: which thing, and in which version. Both are keyed with the house's secret and bound to the person and
the act, so that it says nothing to whoever reads it and can be carried nowhere else (engine.md 56). The act makes the
list anew in its own transaction; where anything differs it is not done, and the page says what is new, changed or gone.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...errors import N_, PeerreviewError
from .house import Account, House
from .words import Words

# Of a thing, and of its version. An honest form has a few hundred at most.
_PART = 6
MOST = 200_000

CHANGED = N_("Something has changed since you opened the page. Nothing was done.")
UNSEALED = N_(
    "The form does not say what its page showed: it is older than the program, or was not sent from the page. "
    "Nothing was done."
)


@dataclass(frozen=True)
class Thing:
    """Something that an act's page lists. `key` names it, `version` is another as soon as it is another; `words`:
    what it is called. `named` False: the actor may not read it, and learns only that it has changed. `there` False:
    it has been taken away, and is named only to whoever saw it. `href`: where the actor can read it."""

    key: str
    version: str
    words: Words
    named: bool = True
    there: bool = True
    href: str = ""


@dataclass(frozen=True)
class Difference:
    """What is otherwise than the form says. `unsealed`: it says nothing of what its page showed; `lost`: how many
    things are gone that cannot be named any more."""

    new: tuple[Thing, ...] = ()
    changed: tuple[Thing, ...] = ()
    gone: tuple[Thing, ...] = ()
    lost: int = 0
    unsealed: bool = False

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone or self.lost or self.unsealed)


class Changed(PeerreviewError):
    """What the page showed is not what would be done. `things`: all that would be acted on now, `seal`: their
    fingerprint, for the form that asks again, and `fresh` what else in it is to be as it is now; `title`, `button`: the
    act's words."""

    def __init__(
        self,
        found: Difference,
        *,
        things: Sequence[Thing] = (),
        seal: str = "",
        title: Words = "",
        button: Words = "",
    ):
        self.reason = UNSEALED if found.unsealed else CHANGED
        super().__init__(self.reason.text)
        self.found, self.things, self.seal = found, tuple(things), seal
        self.title, self.button = title, button or title
        self.fresh: Mapping[str, list[str]] = {}


def seal(house: House, actor: Account, act: str, things: Iterable[Thing]) -> str:
    """The fingerprint of what is there, for a form of this person and this act."""
    key = _key(house, actor, act)
    parts = sorted(_pair(key, thing) for thing in things if thing.there)
    return urlsafe_b64encode(b"".join([_mark(key), *parts])).decode()


def difference(house: House, actor: Account, act: str, things: Iterable[Thing], shown: str) -> Difference:
    """In what the things differ from those that the form `shown` was made of."""
    key, listed = _key(house, actor, act), list(things)
    seen = _read(key, shown)
    if seen is None:
        return Difference(unsealed=True)
    left = dict(seen)
    new, changed, gone = [], [], []
    for thing in listed:
        pair = _pair(key, thing)
        version = left.pop(pair[:_PART], None)
        if not thing.there:
            gone += [thing] if version is not None else []
        elif version is None:
            new.append(thing)
        elif version != pair[_PART:]:
            changed.append(thing)
    return Difference(tuple(new), tuple(changed), tuple(gone), len(left))


def require(
    house: House,
    actor: Account,
    act: str,
    things: Sequence[Thing],
    shown: str | None,
    *,
    title: Words = "",
    button: Words = "",
) -> None:
    """Raise Changed unless the form showed just these things. `shown` None: nobody was shown anything, the house
    itself acts; a form always says something, if only ""."""
    if shown is None:
        return
    found = difference(house, actor, act, things, shown)
    if found:
        there = [thing for thing in things if thing.there]
        fresh = seal(house, actor, act, there)
        raise Changed(found, things=there, seal=fresh, title=title, button=button)


def _key(house: House, actor: Account, act: str) -> bytes:
    said = f"what a page listed\n{actor.person_id}\n{act}".encode()
    return hmac.digest(house.settings.secret_key.encode(), said, hashlib.sha256)


def _digest(key: bytes, *texts: str) -> bytes:
    return hmac.digest(key, "\x1f".join(texts).encode(), hashlib.sha256)[:_PART]


def _mark(key: bytes) -> bytes:
    """What begins every fingerprint of this person and act: another's is none at all, not one of other things."""
    return _digest(key, "of this act")


def _pair(key: bytes, thing: Thing) -> bytes:
    return _digest(key, "thing", thing.key) + _digest(key, "version", thing.key, thing.version)


def _read(key: bytes, shown: str) -> dict[bytes, bytes] | None:
    if not shown or len(shown) > MOST:
        return None
    try:
        raw = urlsafe_b64decode(shown.encode("ascii"))
    except ValueError:
        return None
    if len(raw) % (2 * _PART) != _PART or not hmac.compare_digest(raw[:_PART], _mark(key)):
        return None
    pairs = [raw[at : at + 2 * _PART] for at in range(_PART, len(raw), 2 * _PART)]
    return {pair[:_PART]: pair[_PART:] for pair in pairs}
