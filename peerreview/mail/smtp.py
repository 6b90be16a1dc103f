"""Bytes out by SMTP, over Flask-Mail: one connection for many messages, and a plain word on each one's fate.

Flask-Mail composes as it sends, sets no timeout and takes any certificate; here a message is bytes that
were stored before, and the connection gives up and verifies. Sending never raises.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

import flask_mail
from flask import Flask

from ..errors import Message
from .addresses import BadAddress, to_ascii


@dataclass(frozen=True)
class SmtpServer:
    """Where mail goes. `timeout` in seconds, for each exchange of words with the server."""

    server: str
    port: int
    use_tls: bool = False
    use_ssl: bool = False
    username: str = ""
    password: str = ""
    timeout: int = 20


@dataclass(frozen=True)
class Sent:
    """The server took it (250): from here on it is the server's."""

    answer: Literal[""] = ""


@dataclass(frozen=True)
class Retry:
    """It certainly did not go, but may later: 4xx, or (`unreachable`) no server that would listen."""

    answer: str
    unreachable: bool = False


@dataclass(frozen=True)
class Unclear:
    """The line dropped after the server had begun to take it: it may have gone, or not."""

    answer: str


@dataclass(frozen=True)
class Failed:
    """It will never go as it is: 5xx, or an address (`answer` is a Message then) that SMTP cannot carry."""

    answer: str | Message
    about: Literal["sender", "recipient", "message"]


Fate = Sent | Retry | Unclear | Failed


class Sender:
    """A context manager: `with Sender(server) as sender: sender.send(...)`. For one thread."""

    def __init__(self, server: SmtpServer):
        # An app of its own: Flask-Mail reads its settings from one, and a worker has none (nor shall the
        # web app's TESTING, which delivers nothing, reach in here).
        self._app = Flask(__name__, static_folder=None)
        self._app.config.update(
            MAIL_SERVER=server.server,
            MAIL_PORT=server.port,
            MAIL_USE_TLS=server.use_tls,
            MAIL_USE_SSL=server.use_ssl,
            MAIL_USERNAME=server.username,
            MAIL_PASSWORD=server.password,
            MAIL_SUPPRESS_SEND=False,
        )
        flask_mail.Mail(self._app)
        self._context = self._app.app_context()
        self._blank = _Stored(sender="nobody")
        self._timeout = server.timeout
        self._connection: _Connection | None = None

    def __enter__(self) -> Sender:
        self._context.push()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._context.pop()

    def send(self, *, sender: str, recipient: str, message: bytes) -> Fate:
        """Send the bytes as they are to the one recipient, in the envelope of `sender`."""
        try:
            recipient = to_ascii(recipient)
        except BadAddress as error:
            return Failed(error.reason, "recipient")
        while True:
            used = self._connection is not None
            fate = self._try(sender, recipient, message)
            if not isinstance(fate, Sent):
                self._close()
            # Servers hang up after so many messages or seconds: that says nothing about this message.
            if used and isinstance(fate, Retry) and fate.unreachable:
                continue
            return fate

    def _try(self, sender: str, recipient: str, message: bytes) -> Fate:
        if self._connection is None:
            try:
                connection = _Connection(self._app.extensions["mail"], self._timeout)
                connection.__enter__()
            except (smtplib.SMTPException, OSError) as error:
                return Retry(_words(error), unreachable=True)
            self._connection = connection
        try:
            self._connection.send(self._blank.filled(sender, recipient, message))
        except (smtplib.SMTPException, OSError) as error:
            return _fate(error, past_data=self._connection.past_data)
        return Sent()

    def _close(self) -> None:
        """Hang up. Whatever is wrong with the line by now concerns no message."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.host is not None:
            try:
                connection.host.quit()
            except (smtplib.SMTPException, OSError):
                connection.host.close()


def _fate(error: smtplib.SMTPException | OSError, *, past_data: bool) -> Fate:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, answer)] = error.recipients.values()
        return _answered(code, _text(code, answer), "recipient", past_data=False)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _answered(error.smtp_code, _words(error), "sender", past_data=False)
    if isinstance(error, smtplib.SMTPDataError):
        return _answered(error.smtp_code, _words(error), "message", past_data=past_data)
    return Unclear(_words(error)) if past_data else Retry(_words(error), unreachable=True)


def _answered(
    code: int, words: str, about: Literal["sender", "recipient", "message"], *, past_data: bool
) -> Fate:
    if 500 <= code < 600:
        return Failed(words, about)
    if 400 <= code < 500:
        return Retry(words)
    return Unclear(words) if past_data else Retry(words)


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _text(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split()) or type(error).__name__


def _text(code: int, answer: bytes | str) -> str:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {said}".split())


class _Stored(flask_mail.Message):
    """A message that was composed before: its bytes are what goes."""

    stored = b""

    def as_bytes(self) -> bytes:
        return self.stored

    def filled(self, sender: str, recipient: str, stored: bytes) -> _Stored:
        """A copy, since making a new one asks the network what this machine is called."""
        made = copy(self)
        made.sender, made.recipients, made.stored = sender, [recipient], stored
        return made


class _Connection(flask_mail.Connection):
    """Flask-Mail's connection, with a timeout and a certificate that must be right."""

    def __init__(self, mail: Any, timeout: int):
        super().__init__(mail)
        self._timeout = timeout

    @property
    def past_data(self) -> bool:
        return isinstance(self.host, _Watched) and self.host.past_data

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Flask-Mail parses both addresses anew for each message, though they are plain by now (to_ascii)."""
        assert self.host is not None
        assert not message.has_bad_headers()
        self.host.sendmail(
            str(envelope_from or message.sender), list(map(str, message.recipients)), message.as_bytes()
        )

    def configure_host(self) -> smtplib.SMTP:
        mail = self.mail
        # Reading the certificates takes longer than sending a hundred mails.
        context = ssl.create_default_context() if mail.use_ssl or mail.use_tls else None
        host: smtplib.SMTP
        if mail.use_ssl:
            host = _WatchedSSL(mail.server, mail.port, timeout=self._timeout, context=context)
        else:
            host = _Watched(mail.server, mail.port, timeout=self._timeout)
        try:
            if mail.use_tls:
                host.starttls(context=context)
            if mail.username:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host


class _Watched(smtplib.SMTP):
    """Remembers whether the server had said "go on" (354) to this message's DATA."""

    past_data = False

    def mail(self, sender: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        self.past_data = False
        return super().mail(sender, options)

    def getreply(self) -> tuple[int, bytes]:
        code, answer = super().getreply()
        if code == 354:
            self.past_data = True
        return code, answer


class _WatchedSSL(_Watched, smtplib.SMTP_SSL):
    pass
