"""How I want my mail: at once or gathered, and what of it not at all. Also by the key in a mail, without a login."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ...errors import NotFound
from ...store.people.people import Person
from ..base.access import found_in
from ..base.checks import Checks
from ..base.house import Account, House
from ..mail.digests import reschedule
from ..mail.mail_choices import ALL, KINDS, RHYTHMS, choices_of
from ..mail.off_keys import read_key


@dataclass(frozen=True)
class MailChoices:
    """`wanted`: the kinds of mail that may be declined and are not. `away_until`: None where the person is here.
    `hour`: when digests go."""

    rhythm: str
    wanted: frozenset[str]
    away_until: date | None
    hour: int


def mail_choices(house: House, *, actor: Account, now: datetime) -> MailChoices:
    with house.db.read() as session:
        chosen = choices_of(found_in(session, actor.person_id))
    away = chosen.away_until if (chosen.away_until or date.min) >= house.calendar.day(now) else None
    return MailChoices(chosen.rhythm, frozenset(KINDS) - chosen.declined, away, house.settings.mail_hour)


def choose(house: House, *, actor: Account, rhythm: str, wanted: frozenset[str], now: datetime) -> None:
    """From now on my mail comes so; what is planned already, too. Raises Invalid."""
    checks = Checks()
    checks.one_of("rhythm", rhythm, RHYTHMS)
    checks.stop()
    with house.db.write() as session:
        person = found_in(session, actor.person_id, lock=True)
        person.rhythm = rhythm
        _decline(session, house, person, frozenset(KINDS) - wanted, now)


def look(house: House, *, token: str) -> str:
    """The kind of mail that a key turns off: one of KINDS, or ALL of them. NotFound for what is no key."""
    with house.db.read() as session:
        return _keyed(session, house, token)[1]


def turn_off(house: House, *, token: str, now: datetime) -> str:
    """Turn off what the key is for, and nothing else; a second time changes nothing. Gives the kind."""
    with house.db.write() as session:
        person, kind = _keyed(session, house, token, lock=True)
        declined = choices_of(person).declined | frozenset(KINDS if kind == ALL else (kind,))
        _decline(session, house, person, declined, now)
        return kind


def _keyed(session: Session, house: House, token: str, *, lock: bool = False) -> tuple[Person, str]:
    found = read_key(house.settings.secret_key, token)
    if found is None or found[1] not in (*KINDS, ALL):
        raise NotFound("mail key")
    return found_in(session, found[0], lock=lock), found[1]


def _decline(session: Session, house: House, person: Person, declined: frozenset[str], now: datetime) -> None:
    person.declined = " ".join(kind for kind in KINDS if kind in declined)
    reschedule(session, house, person, now)
