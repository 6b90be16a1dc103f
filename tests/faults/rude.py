"""An SMTP server without manners: what real ones do on a bad day, said beforehand, one conversation after the other."""

from __future__ import annotations

import socket
import threading
from contextlib import AbstractContextManager
from email import message_from_bytes

CLOSED, STALLS, DROPS_AT_MAIL, DROPS_IN_DATA, DROPS_AFTER_DATA, LATER, WELL = range(7)


class Rude(AbstractContextManager["Rude"]):
    """`bad` holds how the next conversations go; when it is empty all is well. `taken`: (Message-ID, bytes) of every
    message that came whole, whether or not the sender was told so."""

    def __init__(self, bad: list[int]):
        self.bad, self.taken, self.went = bad, list[tuple[str, bytes]](), list[int]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Rude:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            line, _ = self._listener.accept()
            how = self.bad.pop(0) if self.bad else WELL
            with line:
                line.settimeout(10)
                try:
                    self._talk(line, how)
                except OSError:
                    continue

    def _talk(self, line: socket.socket, how: int) -> None:
        self.went.append(how)
        if how == CLOSED:
            return
        file = line.makefile("rb")
        line.sendall(b"220 rude\r\n")
        while said := file.readline():
            word = said[:4].upper()
            if word == b"MAIL" and how == STALLS:
                self._over.wait(2)
                return
            if word == b"MAIL" and how == DROPS_AT_MAIL:
                return
            if word == b"DATA":
                line.sendall(b"354 go on\r\n")
                if how == DROPS_IN_DATA:
                    file.readline()
                    return
                self._take(file, line, how)
                if how == DROPS_AFTER_DATA:
                    return
                continue
            line.sendall(b"451 not now\r\n" if word == b"RCPT" and how == LATER else b"250 well\r\n")
            if word == b"QUIT":
                return

    def _take(self, file: object, line: socket.socket, how: int) -> None:
        lines = []
        while (one := file.readline()) not in (b".\r\n", b""):  # type: ignore[attr-defined]
            lines.append(one[1:] if one.startswith(b"..") else one)
        message = b"".join(lines)
        self.taken.append((str(message_from_bytes(message)["Message-ID"]), message))
        if how != DROPS_AFTER_DATA:
            line.sendall(b"250 taken\r\n")
