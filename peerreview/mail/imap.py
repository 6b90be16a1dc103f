"""Mail in by IMAP: a mailbox looked through, over TLS with a certificate that must be right."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

# A report holds a few lines and at most the mail that we sent; what is larger is none.
LARGEST = 2_000_000
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxGone(Exception):
    """The mailbox cannot be reached or does not do as it is asked; says why."""


@dataclass(frozen=True)
class ImapServer:
    """Where the mailbox is. TLS from the first byte, or by STARTTLS; never without. `timeout` in seconds."""

    server: str
    port: int
    username: str
    password: str
    folder: str = "INBOX"
    starttls: bool = False
    timeout: int = 20


class Mailbox:
    """A context manager: `with Mailbox(server) as box: ...`. Raises MailboxGone, and no other error.

    Messages go by their UID. One that is set aside is flagged for a person to look at, and not given out again."""

    def __init__(self, server: ImapServer):
        self._server = server

    def __enter__(self) -> Mailbox:
        with _told():
            self._line = _connection(self._server)
            try:
                _log_in(self._line, self._server)
                # Many servers tell all they can do only to who has logged in.
                self._able = _joined(_right(self._line.capability())).upper().split()
                _right(self._line.select(_quoted(self._server.folder)))
            except BaseException:
                self._hang_up()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def new(self) -> list[str]:
        """What nobody has dealt with yet, the oldest first."""
        return self._search("UNDELETED UNFLAGGED")

    def aside(self) -> int:
        """How many messages have been set aside."""
        return len(self._search("UNDELETED FLAGGED"))

    def read(self, uid: str) -> bytes | None:
        """The message as it is; None for one that is too large to be a report, or gone meanwhile."""
        with _told():
            size = _SIZE.search(_joined(_right(self._line.uid("FETCH", uid, "(RFC822.SIZE)"))))
            if size is None or int(size[1]) > LARGEST:
                return None
            parts = _right(self._line.uid("FETCH", uid, "(BODY.PEEK[])"))
            return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def set_aside(self, uid: str) -> None:
        with _told():
            _right(self._line.uid("STORE", uid, "+FLAGS", r"(\Flagged)"))

    def remove(self, uid: str) -> None:
        with _told():
            _right(self._line.uid("STORE", uid, "+FLAGS", r"(\Deleted)"))
            if b"UIDPLUS" in self._able:
                _right(self._line.uid("EXPUNGE", uid))
            else:
                _right(self._line.expunge())

    def _search(self, what: str) -> list[str]:
        with _told():
            return _joined(_right(self._line.uid("SEARCH", what))).decode("ascii", "replace").split()

    def _hang_up(self) -> None:
        """Whatever is wrong with the line by now concerns no message."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._line.logout()


def _connection(server: ImapServer) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if not server.starttls:
        return imaplib.IMAP4_SSL(server.server, server.port, ssl_context=context, timeout=server.timeout)
    line = imaplib.IMAP4(server.server, server.port, timeout=server.timeout)
    try:
        line.starttls(context)
    except BaseException:
        with contextlib.suppress(OSError):
            line.shutdown()
        raise
    return line


def _log_in(line: imaplib.IMAP4, server: ImapServer) -> None:
    """By PLAIN where the server has it (LOGIN knows ASCII alone)."""
    if "AUTH=PLAIN" in line.capabilities:
        line.authenticate("PLAIN", lambda _: f"\0{server.username}\0{server.password}".encode())
    else:
        line.login(_quoted(server.username), server.password)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        raise MailboxGone(" ".join(words.split()) or type(error).__name__) from error


def _right(answer: tuple[str, list[Any]]) -> list[Any]:
    """What the server gave; its "no" is an error."""
    word, given = answer
    if word != "OK":
        raise imaplib.IMAP4.error(_joined(given).decode("utf-8", "replace") or word)
    return given


def _joined(parts: list[Any]) -> bytes:
    return b" ".join(part for part in parts if isinstance(part, bytes))
