"""`script/demo`: the living example, with web, worker and mailbox in one process.

Everything lies in instance/demo, away from whatever real house has its default place in instance/: the
demo lets anybody be anybody. A second start goes on where the first left off; `--fresh` starts over.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import secrets
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

import click
import waitress

from config import MIGRATIONS, ROOT, Settings

from .. import create_app, open_house
from ..commands import saying
from ..commands.saying import option
from ..errors import N_, BadDefinition, BadSetting, Message, why
from ..scheduler import Worker, run_once
from ..services.base.house import House, upgrade
from .cast import LEAD, PASSWORD, logins
from .mailbox import Mailbox, folder_beside, serve
from .seed import seed

# More than the page that says "too large" has to answer to, as waitress hangs up above its own limit.
UPLOADS = 2
MULTIPART = 16 * 1024**2


class CannotStart(BadSetting):
    """Says why, and what to do."""


class Asked(NamedTuple):
    """What the command line asks for."""

    host: str
    port: str
    folder: Path
    fresh: bool


@click.command(cls=saying.Command)
@option("--port", envvar="PORT", default="5000", help="0 for any that is free.")
@option("--host", default="127.0.0.1", help="The address to listen at.")
@option("--fresh", is_flag=True, help="Forget what was done, and start over.")
@option("--folder", type=click.Path(path_type=Path), default=ROOT / "instance" / "demo", hidden=True)
def main(port: str, host: str, fresh: bool, folder: Path) -> None:
    """The living example, on this machine."""
    # Ctrl-C and a polite kill are the same: the end of a good demo. (A shell starts what stands in its
    # background deaf to Ctrl-C.)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        run(Asked(host, port, folder, fresh))
    except KeyboardInterrupt:
        pass
    except (BadSetting, BadDefinition) as error:
        saying.stop(f"script/demo: {line}" for line in saying.told(error)[0])


def run(asked: Asked) -> None:
    """Raises KeyboardInterrupt when it is stopped while it starts; returns when it is stopped later."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("apscheduler", "waitress.queue", "mail.log"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    with ExitStack() as stack:
        door = stack.enter_context(_door(asked.host, asked.port))
        stack.enter_context(_alone(asked.folder))
        house = stack.enter_context(_furnished(asked.folder, _address(asked.host, door), asked.fresh))
        mailbox = serve(Mailbox(folder_beside(house.settings.files_dir)), house.settings.mail_port)
        mailbox.start()
        stack.callback(mailbox.stop)
        # What waits goes before anybody looks, so that nobody is met by an alarm about a worker just begun.
        run_once(house)
        worker = Worker(house)
        stack.callback(worker.stop)
        worker.start()
        _serve(house, door)


def _serve(house: House, door: socket.socket) -> None:
    server = waitress.create_server(
        create_app(house.settings, house),
        sockets=[door],
        threads=8,
        max_request_body_size=UPLOADS * house.settings.max_upload + MULTIPART,
        clear_untrusted_proxy_headers=True,
        ident=None,
    )
    _welcome(house.settings.base_url)
    # Returns when it is interrupted.
    server.run()
    # One interrupt is enough: what is under way is being finished.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _tell(N_("Stopping …"))


def _welcome(address: str) -> None:
    # For programs that wait for it: the same in every language.
    print(f"ready: {address}")
    _tell(N_("Log in with one of these addresses and the password  %(password)s", password=PASSWORD))
    print()
    width = max(len(login.function) for login in logins())
    for login in logins():
        print(f"  {login.function:{width}}  {login.email}")
    where = {"mailbox": f"{address}/demo/mailbox", "clock": f"{address}/demo/clock"}
    _tell(N_("All mail: %(mailbox)s   The clock: %(clock)s   Ctrl-C stops.", **where))


def _tell(words: Message) -> None:
    """After an empty line, and at once, whoever listens."""
    print(f"\n{saying.said(words)}", flush=True)


@contextmanager
def _door(host: str, port: str) -> Iterator[socket.socket]:
    """The socket to listen at; CannotStart in plain words where there can be none, before anything is made."""
    number = int(port) if port.isdecimal() else -1
    if not 0 <= number <= 65535:
        raise CannotStart(N_("%(port)s is no port; write a number such as 5000", port=repr(port)))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        no = N_("%(host)s is no address of this machine; leave --host out", host=repr(host))
        raise CannotStart(no) from None
    with socket.socket(family, kind, protocol) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(address)
            door.listen()
        except OSError as error:
            _cannot_listen(host, number, error)
        yield door


def _cannot_listen(host: str, port: int, error: OSError) -> NoReturn:
    other = port + 1 if 1023 < port < 65535 else 5001
    taken = N_(
        "port %(port)s is taken by another program; choose another, such as: script/demo --port %(other)s",
        port=port,
        other=other,
    )
    cannot = N_(
        "cannot listen at %(host)s, port %(port)s (%(why)s); choose another, such as: script/demo --port %(other)s",
        host=host,
        port=port,
        why=why(error),
        other=other,
    )
    raise CannotStart(taken if error.errno == errno.EADDRINUSE else cannot) from None


def _address(host: str, door: socket.socket) -> str:
    """What people write in the browser."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{door.getsockname()[1]}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two demos in one folder would pull the rug from under each other."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / "lock").open("w")
    except OSError as error:
        no = N_("nothing can be kept in %(folder)s (%(why)s)", folder=repr(str(folder)), why=why(error))
        raise CannotStart(no) from None
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = N_("the demo is running already; stop it with Ctrl-C where it was started")
            raise CannotStart(running) from None
        yield


@contextmanager
def _furnished(folder: Path, address: str, fresh: bool) -> Iterator[House]:
    """The house with its example, made where there is none (or only half of one)."""
    made = folder / "complete"
    settings = _settings(folder, address)
    outgrown = made.exists() and not set(made.read_text().splitlines() or ["unknown"]) <= _migrations()
    if fresh or outgrown or not made.exists():
        made.unlink(missing_ok=True)
        _clear(folder)
        older = N_("The example is of an older version. Making it anew …")
        print(saying.said(older if outgrown else N_("Making the example …")), flush=True)
        _make(settings)
        made.write_text("\n".join(sorted(_migrations())))
    else:
        upgrade(settings)
    house = open_house(settings)
    try:
        yield house
    finally:
        house.close()


def _migrations() -> set[str]:
    """What the example's tables were made by. An example made before the first migration was frozen has other tables
    under the same number, which no upgrade can make good; any other only goes on from where it is."""
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    return {f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files}


def _clear(folder: Path) -> None:
    for path in folder.glob("peerreview.db*"):
        path.unlink()
    for name in ("files", "mailbox"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _make(settings: Settings) -> None:
    """What is made here is made anew if the power goes meanwhile: nothing has to wait for the disk."""
    upgrade(settings)
    house = open_house(settings.model_copy(update={"sqlite_synchronous": "OFF"}))
    try:
        seed(house, real_now=datetime.now(UTC))
    finally:
        house.close()


def _settings(folder: Path, address: str) -> Settings:
    """All that an environment meant for a real house could turn into harm is said here, and wins."""
    return Settings(
        demo=True,
        secret_key=_key(folder / "key"),
        secure_cookies=False,
        trusted_proxies=0,
        base_url=address,
        database_url=f"sqlite:///{folder / 'peerreview.db'}",
        files_dir=folder / "files",
        mail_server="127.0.0.1",
        mail_port=_free_port(),
        mail_use_tls=False,
        mail_use_ssl=False,
        mail_username="",
        mail_password="",
        mail_from="granskning@natverket.example",
        mail_reply_to=LEAD,
        tick_seconds=2,
        mail_gather=20,
        run_worker=False,
    )


def _key(file: Path) -> str:
    """Kept, so that a second start logs nobody out."""
    if not file.exists():
        file.touch(0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


if __name__ == "__main__":
    main(prog_name="script/demo")
