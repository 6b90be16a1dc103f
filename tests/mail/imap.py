"""A real IMAP server (pymap) with one mailbox, in a process of its own: the other end of the line in tests."""

from __future__ import annotations

import imaplib
import ssl
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

from peerreview.mail.imap import ImapServer

from .certificates import certificate_in
from .post import free_port

USER, PASSWORD = "bounces", 'hemligt "ord'


class MailServer(AbstractContextManager["MailServer"]):
    """Keeps mail in memory, for each user that comes. `cert`: what is to be trusted, in SSL_CERT_FILE."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self._key, self.cert = certificate_in(folder)

    @property
    def address(self) -> ImapServer:
        return ImapServer("localhost", self.port, USER, PASSWORD, starttls=True, timeout=30)

    def __enter__(self) -> MailServer:
        at = ["--host", "127.0.0.1", "--port", str(self.port), "--no-service", "managesieve"]
        tls = ["--cert", str(self.cert), "--key", str(self._key)]
        who = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
        self._process = subprocess.Popen([str(Path(sys.executable).parent / "pymap"), *at, *tls, *who])
        end = time.monotonic() + 10
        while True:
            try:
                self._line = imaplib.IMAP4("localhost", self.port, timeout=30)
                break
            except OSError:
                assert time.monotonic() < end, "the IMAP server does not come up"
                time.sleep(0.05)
        self._line.starttls(
            ssl.create_default_context(cafile=self.cert.as_posix(), purpose=ssl.Purpose.SERVER_AUTH)
        )
        self._line.login(USER, PASSWORD)
        self._line.select("INBOX")
        return self

    def __exit__(self, *error: object) -> None:
        self._line.shutdown()
        self._process.terminate()
        self._process.wait(10)

    def put(self, message: bytes) -> None:
        assert self._line.append("INBOX", "", "", message)[0] == "OK"

    def there(self) -> list[tuple[bool, bytes]]:
        """What lies in the mailbox: whether it is flagged, and its bytes."""
        self._line.noop()
        flagged = self._line.search(None, "FLAGGED")[1][0].split()
        found = []
        for number in self._line.search(None, "ALL")[1][0].split():
            parts = self._line.fetch(number, "(BODY.PEEK[])")[1]
            found.append((number in flagged, next(part[1] for part in parts if isinstance(part, tuple))))
        return found

    def empty(self) -> None:
        self._line.store("1:*", "+FLAGS", r"(\Deleted)")
        self._line.expunge()
