"""What a person may be called: a name that passes for nobody else's, and for nothing that the house itself says.

Names stand beside deeds, in mails ("Anna has opened ...") and lists. One that reads as a role, an organisation or the
system would be believed; one with letters that only look like others would be taken for somebody else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy.orm import Session

from ...errors import N_, Message
from ...letters import composed
from ...store.people.organisations import organisations
from ...store.people.people import open_names
from ..base.checks import Checks
from ..base.house import House

_MARKS = set(" -'’.,()")
# Signs that are taken for a letter, as people read them.
_READ = str.maketrans(
    {
        **dict(zip("013457@$|øðłđıŋħŧ", "oieastaslodldinht", strict=True)),
        **{"æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"},
    }
)
# What no name holds; long ones not even with other signs between their letters.
_ROLES = (
    *("projektledare", "projektledaren", "project lead", "project leader", "processledare", "processledaren"),
    *("koordinator", "coordinator", "samordnare", "ledningskontakt", "management contact"),
    *("nätverket", "the network", "peerreview", "systemet", "administratör", "administrator", "sysadmin"),
    *("webmaster", "postmaster", "mailer daemon", "noreply", "no reply", "helpdesk", "supporten"),
    *("den som sköter programmet", "whoever runs the program"),
)
# What no name is made of alone.
_COMMON = """
admin automatic automatiskt chef chefen contact granskare granskning grupp gruppen hr info kollegial kompetens kontakt
lead leader ledare ledaren ledning manager medicinsk meddelande medlem member message network notice notis nätverk någon
person region regionen reviewer root somebody support system team teamet
"""
_LONG = 9


def check_name(
    house: House,
    session: Session,
    checks: Checks,
    field: str,
    text: str,
    *,
    now_called: str = "",
    by_owner: bool = False,
) -> str:
    """The name, cleaned. `now_called`: what the person is called already, which stays right; `by_owner`: who chooses it
    is the person, and may not take another's."""
    name = " ".join(checks.name(field, text).split())
    if field in checks.faults or name == now_called:
        return name
    fault = fault_in(name, taken_names(house, session))
    if fault is None and by_owner and _squeezed(name) in map(_squeezed, open_names(session)):
        same = bool(now_called) and _squeezed(name) == _squeezed(now_called)
        fault = None if same else _NAMESAKE
    if fault is not None:
        checks.faults[field] = fault
    return name


def fault_in(name: str, taken: Iterable[str]) -> Message | None:
    """What is wrong with a name, where `taken` (see `taken_names`) are what no person is called."""
    return shape_fault(name) or _passes_for(name, taken)


_NAMESAKE = N_(
    "Somebody else is already called this here. Add what tells you apart, such as a middle name, or ask the project "
    "lead to write the name for you."
)


def shape_fault(name: str) -> Message | None:
    """What is wrong with the signs of a name: letters that look like others are none of its."""
    for sign in name:
        if not (_is_letter(sign) or (sign.isascii() and sign.isdigit()) or sign in _MARKS):
            return N_(
                "“%(sign)s” cannot stand in a name here. Write it with Latin letters, spaces, hyphens and apostrophes.",
                sign=sign,
            )
    if not any(map(_is_letter, name)):
        return N_("Write the name with letters.")
    return None


def _is_letter(sign: str) -> bool:
    """A letter of the Latin script as people are named with, in one sign: no look-alike of another script."""
    if not unicodedata.category(sign).startswith("L"):
        return False
    said = unicodedata.name(sign, "")
    return (
        said.startswith("LATIN ")
        and (ord(sign) < 0x250 or 0x1E00 <= ord(sign) < 0x1F00)
        and "CLICK" not in said
    )


def _passes_for(name: str, taken: Iterable[str]) -> Message | None:
    read = _words(name)
    if all(word in _COMMON_READ for word in read):
        return _ROLE
    for one in taken:
        words = _words(one)
        if len(words) == 1 and one not in _ROLES:
            # A municipality may be called as people are: Berg, Lund.
            if words == read:
                return _ROLE
            continue
        held = any(read[n : n + len(words)] == words for n in range(len(read) - len(words) + 1))
        squeezed = "".join(words)
        if held or (len(squeezed) >= _LONG and squeezed in _squeezed(name)):
            return _ROLE
    return None


_ROLE = N_(
    "This is what a role, an organisation or the network itself is called here, so it is no person's name. "
    "Write the person's own name."
)


def taken_names(house: House, session: Session) -> tuple[str, ...]:
    """What roles, the network and its organisations are called."""
    settings = house.settings
    called = (one.name for one in organisations(session))
    return (*_ROLES, settings.network_name, *called)


def title_fault(house: House, title: str) -> Message | None:
    """A job title is one at home: it says nothing of the network."""
    network = "".join(_words(house.settings.network_name))
    squeezed = _squeezed(title)
    if network in squeezed or {"natverket", "natverkets", "peerreview"} & set(_words(title)):
        return N_("Write the job title at home. What somebody is in the network is said elsewhere.")
    return None


def _words(text: str) -> list[str]:
    plain = composed(text.casefold().translate(_READ), "NFKD")
    return re.findall(
        r"[a-z]+", "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("'", "")
    )


def latin_words(text: str) -> list[str]:
    """The words of a name in the letters a to z: "Region Kalmar län" is region, kalmar, lan."""
    plain = composed(text.casefold(), "NFKD")
    return re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def _squeezed(text: str) -> str:
    return "".join(_words(text))


_COMMON_READ = frozenset(_words(_COMMON))
