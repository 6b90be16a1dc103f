"""Addresses as SMTP can carry them."""

from __future__ import annotations

import re

from ..errors import N_, Message

# RFC 5321 dot-string and domain. Quoted local parts are legal, but no provider gives them out, and
# what stands in quotes is where header injection hides.
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*@{_LABEL}(?:\.{_LABEL})*")

NO_ADDRESS = N_("This is no e-mail address.")
LOCAL_PART = N_("The part before @ may hold only the letters a to z, digits and signs such as . - _ +.")


class BadAddress(ValueError):
    """An address that no mail can go to; `reason` says why."""

    def __init__(self, reason: Message):
        super().__init__(reason.text)
        self.reason = reason


def to_ascii(address: str) -> str:
    """`address` with its domain in punycode (åäö.se -> xn--4cab6c.se); raises BadAddress.

    åäö before the @ needs SMTPUTF8 all the way to the recipient, which hardly any server has: such an
    address is refused in words rather than sent into the dark."""
    local, at, domain = address.strip().rpartition("@")
    if not (at and local and domain):
        raise BadAddress(NO_ADDRESS)
    if not local.isascii():
        raise BadAddress(LOCAL_PART)
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise BadAddress(NO_ADDRESS) from None
    if len(plain) > 254 or not _ADDRESS.fullmatch(plain):
        raise BadAddress(NO_ADDRESS)
    return plain
