"""The application in a process of its own, behind a real server, for what a test client cannot show: bytes on a
wire, and how much memory they take."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import psutil

from tests.people import PASSWORD

ROOT = Path(__file__).parents[2]
SERVERS = {
    "waitress": [
        sys.executable,
        "-c",
        "import sys, waitress, wsgi; waitress.serve(wsgi.app, listen=sys.argv[1])",
    ],
    "gunicorn": [sys.executable, "-m", "gunicorn", "wsgi:app", "--workers=1", "--timeout=120", "--bind"],
}
CHUNK = b"\x25peerreview upload\r\n" * 3000


@contextmanager
def serving(
    server: str, folder: Path, database_url: str, max_upload: int, **more: object
) -> Iterator[Served]:
    """`server` with the house in `folder`, until the block ends. `more`: settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "SECRET_KEY": "a key for tests alone, of no use elsewhere",
        "SECURE_COOKIES": "false",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url,
        "FILES_DIR": str(folder / "files"),
        "MAX_UPLOAD": str(max_upload),
        **{name: str(value) for name, value in more.items()},
    }
    environment = {**os.environ, **{f"PEERREVIEW_{name}": value for name, value in settings.items()}}
    # Waitress keeps what it receives in a temporary file; on this disk, as in a real house.
    environment["TMPDIR"] = str(folder)
    process = subprocess.Popen([*SERVERS[server], f"127.0.0.1:{port}"], cwd=ROOT, env=environment)
    try:
        served = Served(process.pid, port)
        served.wait()
        yield served
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Served:
    pid: int
    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def wait(self) -> None:
        for _ in range(600):
            try:
                return self.page("/login") and None
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def page(self, path: str) -> str:
        return self._answer("GET", path).read().decode()

    def log_in(self, email: str) -> None:
        token = self.token("/login")
        form = urlencode({"csrf_token": token, "email": email, "password": PASSWORD})
        answer = self._answer("POST", "/login", form.encode(), "application/x-www-form-urlencoded")
        assert answer.status == 303, answer.read()
        self.page("/me")

    def post(self, path: str, **typed: str) -> tuple[int, str]:
        answer = self._answer("POST", path, urlencode(typed).encode(), "application/x-www-form-urlencoded")
        return answer.status, answer.read().decode()

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page(path))
        assert found, path
        return found[1]

    def upload(self, path: str, size: int, **fields: str) -> tuple[int, str]:
        """Send a file of `size` bytes as a browser does: everything, and only then read the answer."""
        head = b"".join(
            f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
            for name, text in fields.items()
        )
        head += b'--edge\r\nContent-Disposition: form-data; name="file"; filename="stor.pdf"\r\n\r\n'
        tail = b"\r\n--edge--\r\n"

        def body() -> Iterator[bytes]:
            yield head
            whole, rest = divmod(size, len(CHUNK))
            for _ in range(whole):
                yield CHUNK
            yield CHUNK[:rest]
            yield tail

        headers = {
            **self._headers(),
            "Content-Type": "multipart/form-data; boundary=edge",
            "Content-Length": str(len(head) + size + len(tail)),
        }
        connection = HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request("POST", path, body(), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def download(self, path: str) -> tuple[int, int]:
        """Its status and how many bytes came."""
        answer, size = self._answer("GET", path), 0
        while chunk := answer.read(1024**2):
            size += len(chunk)
        return answer.status, size

    def peak(self) -> int:
        """The most memory, in bytes, that any process of the server has held so far."""
        main = psutil.Process(self.pid)
        return max(_high_water(process.pid) for process in (main, *main.children(recursive=True)))

    def _headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookie} if cookie else {}

    def _answer(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {**self._headers(), **({"Content-Type": kind} if kind else {})}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer


def _high_water(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024
