"""Reports of mail that did not arrive (RFC 3464), as whoever sent them would have us read them.

They come from servers that we do not know, and anybody can write one: what cannot be read is None, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Literal

Outcome = Literal["failed", "delayed", "arrived"]

# RFC 3464, 2.3.3: what became of the mail, the worst first where a report speaks of several recipients.
_OUTCOMES: dict[str, Outcome] = {
    "failed": "failed",
    "delayed": "delayed",
    "delivered": "arrived",
    "relayed": "arrived",
    "expanded": "arrived",
}
_WORST: tuple[Outcome, ...] = ("failed", "delayed", "arrived")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ID = re.compile(r"<[!-;=?-~]{1,190}>")
# RFC 6533 has forms of the same parts for addresses in other letters.
_FATES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_LONGEST = 400
_RECIPIENT = ("Original-Recipient", "Final-Recipient")


@dataclass(frozen=True)
class Report:
    """What became of a mail. `ids`: by which Message-IDs the report knows it, the surest first; none where it holds
    nothing of the mail. `status`: "5.1.1", or "" where the report says none.

    `recipients`: the addresses it names, folded; `alone`: that of the one recipient it is about, "" where it speaks of
    several; `words`: what the server said, on one line."""

    ids: tuple[str, ...]
    outcome: Outcome
    status: str
    recipients: frozenset[str]
    words: str
    alone: str = ""

    @property
    def permanent(self) -> bool:
        """The address takes no mail, now or later: not one that was tried until somebody gave up (4.x.x)."""
        return self.outcome == "failed" and self.status.startswith("5")


def read_report(message: bytes) -> Report | None:
    """The report in a mail; None where it is none, or says too little to act on."""
    try:
        return _read(message_from_bytes(message))
    except Exception:
        # The package's parsers raise many things at what nobody should have sent, and more are found each year.
        return None


def _read(mail: Message) -> Report | None:
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return None
    parts = [part for part in mail.get_payload() if isinstance(part, Message)]
    fates = [fate for part in parts if part.get_content_type() in _FATES for fate in _fates(part)]
    returned = next((part for part in parts if part.get_content_type() in _RETURNED), None)
    ids = _ids(mail, returned)
    alone = _alone(fates)
    if not fates or not (ids or alone):
        return None
    outcome = min((_outcome(fate) for fate in fates), key=_WORST.index)
    worst = next(fate for fate in fates if _outcome(fate) == outcome)
    named = {_address(fate.get(name)) for fate in fates for name in _RECIPIENT}
    status = _status(worst)
    return Report(ids, outcome, status, frozenset(named - {""}), _words(worst, status), alone)


def _fates(part: Message) -> Iterator[Message]:
    """The groups of fields about one recipient each; the first group, about the whole, has no Action."""
    blocks = part.get_payload()
    if isinstance(blocks, list):
        yield from (one for one in blocks if isinstance(one, Message) and _action(one) in _OUTCOMES)


def _action(fate: Message) -> str:
    return _line(fate.get("Action")).split("(")[0].strip().lower()


def _outcome(fate: Message) -> Outcome:
    return _OUTCOMES[_action(fate)]


def _status(fate: Message) -> str:
    found = _STATUS.search(_line(fate.get("Status"))) or _STATUS.search(_line(fate.get("Diagnostic-Code")))
    return found[1] if found else ""


def _words(fate: Message, status: str) -> str:
    said = _line(fate.get("Diagnostic-Code"))
    kind, _, rest = said.partition(";")
    said = rest.strip() if kind.replace("-", "").strip().isalnum() and rest else said
    return " ".join(part for part in ("" if status in said else status, said) if part)[:_LONGEST]


def _address(field: object) -> str:
    """ "rfc822; Anna@example.org" -> "anna@example.org"."""
    return _line(field).rpartition(";")[2].strip().strip("<>").casefold()


def _alone(fates: list[Message]) -> str:
    """The one recipient, as we wrote it: whatever others made of the address on its way."""
    if len(fates) != 1:
        return ""
    return next((found for name in _RECIPIENT if "@" in (found := _address(fates[0].get(name)))), "")


def _ids(mail: Message, returned: Message | None) -> tuple[str, ...]:
    """Of what came back, else of what the report says that it answers: some servers return nothing at all."""
    own = _message_id(returned) if returned is not None else ""
    if own:
        return (own,)
    answers = _ID.findall(_line(mail.get("In-Reply-To")))
    # The last is the mail itself; those before it are of its thread.
    return tuple(dict.fromkeys([*answers[:1], *_ID.findall(_line(mail.get("References")))[-1:]]))


def _message_id(returned: Message) -> str:
    payload = returned.get_payload()
    if isinstance(payload, list):
        headers = payload[0] if payload else None
    else:
        raw = returned.get_payload(decode=True)
        headers = message_from_bytes(raw) if isinstance(raw, bytes) else None
    found = _ID.search(_line(headers.get("Message-ID"))) if isinstance(headers, Message) else None
    return found[0] if found else ""


def _line(field: object) -> str:
    """A header on one line, of signs that can be stored and shown."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(field or "")[:5000])
    return " ".join(text.split())
