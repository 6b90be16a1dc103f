"""Headers of a mail, from words that people wrote.

Python's own folding (3.11) loses the quotes around a long name, so that "Berg, Anna" becomes two recipients,
and encodes a long Message-ID, which breaks the thread. Here names and subjects become encoded words
(RFC 2047) as soon as there is anything in them that a header could misread, and ids stay on their line.
"""

from __future__ import annotations

import re
import unicodedata
from email.errors import MessageError
from email.header import Header
from email.headerregistry import (
    Address,
    BaseHeader,
    HeaderRegistry,
    UniqueAddressHeader,
)
from email.policy import SMTP, Policy
from typing import Any

LINE = 76
# Nobody reads further, and a header may not be endless.
MOST = 250

_PLAIN = re.compile(r"[A-Za-z0-9 ]*")
_PLAIN_SUBJECT = re.compile(r"(?!.*=\?)[ -~]*")
_UNFIT = frozenset(("Cc", "Cs", "Zl", "Zp"))


def one_line(text: str) -> str:
    """`text` without line breaks, control characters and halves of characters."""
    fit = "".join(" " if unicodedata.category(sign) in _UNFIT else sign for sign in text)
    return " ".join(fit.split())


def address(name: str, mail: str) -> Address:
    """An address for a header. Where none can hold it a stand-in: SMTP refuses it in words later."""
    name = one_line(name)[:MOST].strip()
    try:
        return Address(display_name=name, addr_spec=mail)
    except (MessageError, ValueError, IndexError):
        return Address(display_name=name, username="unknown", domain="invalid")


def _encoded(text: str, plain: re.Pattern[str], header: str, linesep: str) -> str:
    """`text` as it stands, or as encoded words where it is long or could be taken for more."""
    if len(header) + len(text) + 2 <= LINE and plain.fullmatch(text):
        return text
    return Header(text, "utf-8", maxlinelen=LINE, header_name=header).encode(linesep=linesep)


class _Person(UniqueAddressHeader, BaseHeader):  # type: ignore[misc]
    """One name and address."""

    def fold(self, *, policy: Policy) -> str:
        [one] = self.addresses
        begin = f"{self.name}:"
        if one.display_name:
            begin += " " + _encoded(one.display_name, _PLAIN, self.name, policy.linesep)
        last = begin.rpartition(policy.linesep)[2]
        apart = policy.linesep if len(last) + len(one.addr_spec) + 3 > LINE else ""
        return f"{begin}{apart} <{one.addr_spec}>{policy.linesep}"


class _Verbatim(BaseHeader):
    """A value that is what it is: an encoded word in a subject somebody wrote is not decoded (a line break
    could hide in it), and no fold parts an id."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds.update(parse_tree=None, decoded=value)

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(_Verbatim):
    def fold(self, *, policy: Policy) -> str:
        subject = _encoded(str(self), _PLAIN_SUBJECT, self.name, policy.linesep)
        return f"{self.name}: {subject}{policy.linesep}"


_registry = HeaderRegistry()
for _name in ("from", "to", "reply-to"):
    _registry.map_to_type(_name, _Person)
for _name in ("message-id", "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"):
    _registry.map_to_type(_name, _Verbatim)
_registry.map_to_type("subject", _Subject)

POLICY = SMTP.clone(header_factory=_registry)
