"""A real SMTP server (aiosmtpd) that does as it is told: the other end of the line in tests."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from aiosmtpd.controller import Controller

from peerreview.mail.smtp import SmtpServer

DROP = "drop"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


class Post(AbstractContextManager["Post"]):
    """Takes mail on a free port into `taken`, as (recipients, bytes).

    `to_rcpt` and `to_data` hold the next answers, first come first served ("451 later", DROP hangs up);
    when they are empty the server says 250. `connections` counts how often somebody rang."""

    def __init__(self, port: int = 0, **smtp: Any):
        self.taken: list[tuple[list[str], bytes]] = []
        self.to_rcpt: list[str] = []
        self.to_data: list[str] = []
        self.to_mail: list[str] = []
        self.connections = 0
        self.on_data: Callable[[], None] = lambda: None
        self._running = False
        self.port = port or free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **smtp)

    @property
    def address(self) -> SmtpServer:
        return SmtpServer("127.0.0.1", self.port, timeout=5)

    def __enter__(self) -> Post:
        self._controller.start()
        self._running = True
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self._running:
            self._controller.stop()
        self._running = False

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any
    ) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.to_mail.pop(0) if self.to_mail else "250 OK"
        if answer[0] == "2":
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.to_rcpt.pop(0) if self.to_rcpt else "250 OK"
        if answer == DROP:
            server.transport.abort()
        if answer[0] == "2":
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.on_data()
        answer = self.to_data.pop(0) if self.to_data else "250 OK"
        if answer == DROP:
            server.transport.abort()
        elif answer[0] == "2":
            self.taken.append((list(envelope.rcpt_tos), bytes(envelope.original_content)))
        return answer
