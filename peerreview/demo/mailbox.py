"""The demo's local mailbox: an SMTP server that keeps what it is sent as files, and a reader of them.

One file a message; it appears whole or not at all, and a second start finds it again. A file beside it,
ending in .seen, says that it has been looked at. No mail of the demo leaves the machine.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_KEY = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)
_HEADERS = BytesHeaderParser(policy=policy.default)


@dataclass(frozen=True)
class Letter:
    """A message's headers as the list shows them. `key` grows with the time of arrival."""

    key: str
    to: str
    sender: str
    subject: str
    date: datetime | None
    seen: bool


@dataclass(frozen=True)
class Opened:
    """A whole message. `html` None where there is no such part; `links`: the addresses in the text."""

    letter: Letter
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str | None
    links: tuple[str, ...]


class Mailbox:
    """The folder of messages, as a handler for aiosmtpd and as a reader."""

    def __init__(self, folder: Path):
        self._folder = folder
        # Headers do not change: a page with a thousand mails shall not read them all again.
        self._read: dict[str, Letter] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, message: bytes) -> str:
        """Keep a message; when this returns, no power cut takes it away. Gives its key."""
        key = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        half = self._folder / f"{key}.half"
        with half.open("xb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        half.rename(self._file(key))
        directory = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return key

    def keys(self, *, after: str = "") -> list[str]:
        """The keys of all messages that came later than that one, newest first."""
        found = (path.stem for path in self._folder.glob("*.eml"))
        return sorted((key for key in found if _KEY.fullmatch(key) and key > after), reverse=True)

    def letters(self, *, to: str = "", after: str = "") -> Iterator[Letter]:
        """Newest first; of one recipient, if given."""
        for key in self.keys(after=after):
            if key not in self._read:
                self._read[key] = self._letter(key, _HEADERS.parsebytes(self._file(key).read_bytes()))
            letter = replace(self._read[key], seen=self._seen(key).exists())
            if not to or letter.to == to:
                yield letter

    def recipients(self) -> list[tuple[str, int]]:
        """Who has mail, and how many unread, by address."""
        found: dict[str, int] = {}
        for letter in self.letters():
            found[letter.to] = found.get(letter.to, 0) + (not letter.seen)
        return sorted(found.items())

    def open(self, key: str) -> Opened | None:
        """The whole message, seen from now on; None where there is none."""
        if not _KEY.fullmatch(key) or not self._file(key).exists():
            return None
        message = message_from_bytes(self._file(key).read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        letter = self._letter(key, message)
        self._seen(key).touch()
        text = _part(message, "plain") or ""
        headers = tuple((name, str(value)) for name, value in message.items())
        links = tuple(dict.fromkeys(_LINK.findall(text)))
        return Opened(letter, headers, text, _part(message, "html"), links)

    def clear(self) -> None:
        self._read.clear()
        for path in self._folder.iterdir():
            path.unlink()

    def _letter(self, key: str, message: Any) -> Letter:
        to, date = message["To"], message["Date"]
        return Letter(
            key=key,
            to=to.addresses[0].addr_spec if to and to.addresses else "",
            sender=str(message["From"] or ""),
            subject=str(message["Subject"] or ""),
            date=date.datetime if date else None,
            seen=self._seen(key).exists(),
        )

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.eml"

    def _seen(self, key: str) -> Path:
        return self._folder / f"{key}.seen"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: a message has come."""
        self.put(envelope.original_content or b"")
        return "250 OK"


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")


def serve(mailbox: Mailbox, port: int) -> Controller:
    """An SMTP server for this machine alone; to be started and stopped by the caller."""
    return Controller(mailbox, hostname="127.0.0.1", port=port)


def folder_beside(files: Path) -> Path:
    """Where the mailbox lies: in the instance's folder, beside the files."""
    return files.parent / "mailbox"
