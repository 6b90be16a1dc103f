"""script/demo as a process, and the example that it makes, made once for all of a run's tests."""

from __future__ import annotations

import fcntl
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import OpenerDirector, build_opener

ROOT = Path(__file__).parents[2]


def start(folder: Path, *words: str, port: str = "0", **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "peerreview.demo", "--folder", str(folder), *words],
        cwd=ROOT,
        env={**os.environ, "PORT": port, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ready(demo: subprocess.Popen[str]) -> str:
    assert demo.stdout is not None
    for line in demo.stdout:
        if match := re.fullmatch(r"ready: (http://127\.0\.0\.1:\d+)\n", line):
            return match[1]
    raise AssertionError(demo.communicate()[1])


def stop(demo: subprocess.Popen[str], how: signal.Signals = signal.SIGINT) -> str:
    """Gives what it said; it stops cleanly or the test fails."""
    demo.send_signal(how)
    assert demo.stdout is not None
    assert demo.stderr is not None
    # Not communicate(): what ready() has read ahead would be lost.
    out, errors = demo.stdout.read(), demo.stderr.read()
    assert (demo.wait(timeout=120), errors) == (0, "")
    return out


@contextmanager
def running(folder: Path, *words: str, how: signal.Signals = signal.SIGINT, **more: str) -> Iterator[str]:
    demo = start(folder, *words, **more)
    try:
        yield ready(demo)
        stop(demo, how)
    finally:
        demo.kill()


def page(browser: OpenerDirector, address: str, data: bytes | None = None) -> str:
    with browser.open(address, data, timeout=120) as answer:
        return str(answer.read().decode())


def until(what: Callable[[], object], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.1)


class FirstRun(NamedTuple):
    """`folder`: a copy of one's own. `said`: what the demo printed; `beside`: what it left in a real house's place."""

    folder: Path
    said: str
    beside: list[str]


def first_run(shared: Path, own: Path) -> FirstRun:
    """The demo after its first run, in an environment that was meant for a real house; a copy in the folder `own`."""
    made = shared / "demo-made"
    made.mkdir(parents=True, exist_ok=True)
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "told").exists():
            (made / "told").write_bytes(pickle.dumps(_make(made / "demo", made / "real")))
    said, beside = pickle.loads((made / "told").read_bytes())
    shutil.copytree(made / "demo", own, dirs_exist_ok=True)
    return FirstRun(own, said, beside)


def _make(folder: Path, real: Path) -> tuple[str, list[str]]:
    real.mkdir()
    environment = {
        "PEERREVIEW_DATABASE_URL": f"sqlite:///{real / 'peerreview.db'}",
        "PEERREVIEW_FILES_DIR": str(real / "files"),
        "PEERREVIEW_MAIL_SERVER": "mail.invalid",
        "PEERREVIEW_MAIL_USE_TLS": "true",
        "PEERREVIEW_SECURE_COOKIES": "true",
    }
    demo = start(folder, **environment)
    try:
        address = ready(demo)
        until(lambda: len(list((folder / "mailbox").glob("*.eml"))) > 100)
        assert "Brevlådan" in page(build_opener(), f"{address}/demo/mailbox")
        return stop(demo), [path.name for path in real.iterdir()]
    finally:
        demo.kill()
