"""The rules of the house (docs/architecture.md), held over the source itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "peerreview"
SOURCES = sorted(PACKAGE.rglob("*.py"))

EVERYTHING = frozenset({"*"})
LONGEST_FILE, LONGEST_FUNCTION = 400, 60

# Which of our rooms a room may import (itself always), and which libraries beside the standard one.
ROOMS: dict[str, tuple[set[str], frozenset[str]]] = {
    "errors": (set(), frozenset()),
    "setting_rules": ({"errors"}, frozenset()),
    "setting_words": ({"errors", "setting_rules"}, frozenset()),
    "letters": (set(), frozenset()),
    "engine": ({"errors"}, frozenset()),
    "matching": ({"errors", "letters"}, EVERYTHING),
    "rendering": ({"errors"}, EVERYTHING),
    "mail": ({"errors"}, EVERYTHING),
    "store": ({"errors", "letters", "engine"}, frozenset({"sqlalchemy", "alembic"})),
    "services": (
        {"errors", "letters", "engine", "matching", "rendering", "store", "mail", "config"},
        frozenset({"sqlalchemy", "argon2", "holidays"}),
    ),
    "scheduler": ({"errors", "services", "config"}, frozenset({"apscheduler"})),
    "web": (
        {"errors", "letters", "services", "rendering", "config"},
        frozenset(
            {"flask", "flask_babel", "flask_login", "flask_wtf", "wtforms", "babel", "markupsafe", "werkzeug"}
        ),
    ),
    "cli": ({"errors", "services", "scheduler", "commands", "config", "wiring"}, frozenset({"click"})),
    # The commands without a database (pairing from a file) go straight to the matching room.
    "commands": ({"errors", "services", "scheduler", "matching", "config", "wiring"}, frozenset({"click"})),
    # The demo is started from the command line: what it says there is said as commands do.
    "demo": ({"errors", "commands", "services", "scheduler", "web", "config", "wiring"}, EVERYTHING),
    "wiring": ({"errors", "services", "scheduler", "web", "demo", "config"}, EVERYTHING),
}
# Libraries that one file of a room has for itself.
ALONE = {
    "engine/language/reader.py": frozenset({"ruamel", "pydantic"}),
    "engine/language/schema.py": frozenset({"pydantic"}),
}
# What a room must not know although it may use libraries of its own choice. (Flask-Mail needs Flask's name.)
FORBIDDEN = {
    "demo": {"sqlalchemy"},
    "mail": {"sqlalchemy"},
    "matching": {"flask", "sqlalchemy"},
    "rendering": {"flask", "sqlalchemy"},
}


# The folders that every subject of services may import.
KERNEL = "base case terms turns mail deeds frame"
# Which folders of its room a folder may import beside itself; the others are closed to it.
FOLDERS: dict[str, dict[str, str]] = {
    "services": {
        "base": "",
        "register": "base",
        "upkeep": "base",
        "case": "base",
        "terms": "base case",
        "turns": "base case terms",
        "mail": "base case terms turns",
        "deeds": "base case terms turns mail",
        "frame": "base case terms turns mail deeds",
        "login": "base register upkeep case mail",
        "organisations": KERNEL + " register",
        "people": KERNEL + " register login organisations",
        "conflicts": KERNEL + " register",
        "team": KERNEL + " register people conflicts",
        "materials": KERNEL,
        "foresight": KERNEL + " register materials",
        "agreement": KERNEL + " foresight",
        "questions": KERNEL,
        "report": KERNEL + " foresight",
        "meetings": KERNEL + " report",
        "evaluation": KERNEL,
        "examples": KERNEL,
        "workflows": KERNEL + " foresight",
        "lead": KERNEL + " register upkeep conflicts foresight workflows",
        "review": KERNEL + " materials foresight team upkeep",
        "rounds": KERNEL + " conflicts organisations lead review",
        "pairing": KERNEL + " conflicts organisations rounds",
        "home": KERNEL + " conflicts team lead meetings login",
        "worker": KERNEL + " team upkeep",
    },
    "engine": {
        "language": "",
        "running": "language",
        "turns": "language running",
        "analysis": "language running turns",
        "export": "language running turns analysis",
    },
    "store": {
        "connection": "",
        "people": "connection",
        "review": "connection people",
        "artefacts": "connection people review",
        "mail": "connection people review",
        "case": "connection people review artefacts mail",
        "lists": "connection people review",
        "upkeep": "connection people review artefacts mail",
    },
    "web": {
        "frame": "",
        "people": "frame",
        "lead": "frame people",
        "review": "frame people lead",
        "rounds": "frame people lead review",
    },
}


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return "wiring" if first == "__init__.py" else first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Each imported module with its line, in full: peerreview.store.people.people."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from . import people` imports a module of its own for each name.
            names = [f"{module}.{alias.name}" for alias in node.names]
            yield from ((node.lineno, name) for name in (names if module in OUR_PACKAGES else [module]))


OUR_PACKAGES = {".".join(path.parent.relative_to(ROOT).parts) for path in PACKAGE.rglob("__init__.py")}


def wrong_imports(path: Path) -> Iterator[str]:
    room = room_of(path)
    rooms, libraries = ROOMS[room]
    libraries = libraries | ALONE.get(str(path.relative_to(PACKAGE)), frozenset())
    for line, module in imports(path):
        parts = module.split(".")
        if parts[0] == "peerreview":
            inner = parts[1] if len(parts) > 1 and parts[1] in ROOMS else "wiring"
            right = inner in rooms or inner == room
        elif parts[0] in ("config", "wsgi"):
            right = parts[0] in rooms
        else:
            open_to_all = "*" in libraries and parts[0] not in FORBIDDEN.get(room, ())
            right = parts[0] in sys.stdlib_module_names or parts[0] in libraries or open_to_all
        if not right:
            yield f"{path.relative_to(ROOT)}:{line}: {room} may not import {module}"


def test_rooms_import_downwards_only() -> None:
    assert [wrong for path in SOURCES for wrong in wrong_imports(path)] == []


MOST_FILES = 15


def folder_of(path: Path) -> str:
    """ "services/team"; "" for what lies in a room itself."""
    parts = path.relative_to(PACKAGE).parts
    return "/".join(parts[:2]) if len(parts) > 2 and parts[0] in FOLDERS else ""


def between_folders() -> Iterator[tuple[Path, int, str, str, str]]:
    """Each import from a folder of a room into another of the same room: file, line, room, from, to."""
    for path in SOURCES:
        room, _, folder = folder_of(path).partition("/")
        if folder:
            for line, module in imports(path):
                parts = module.split(".")
                if parts[:2] == ["peerreview", room] and len(parts) > 2 and parts[2] != folder:
                    yield path, line, room, folder, parts[2]


def test_folders_import_what_their_law_says() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{line}: {room}/{folder} may not import {room}/{other}"
        for path, line, room, folder, other in between_folders()
        if other in FOLDERS[room] and other not in FOLDERS[room][folder].split()
    ] == []


def test_the_law_of_folders_has_no_circle_and_names_all() -> None:
    for room, law in FOLDERS.items():
        there = {path.name for path in (PACKAGE / room).iterdir() if (path / "__init__.py").exists()}
        assert there == set(law), room
        left = {folder: set(may.split()) for folder, may in law.items()}
        while ready := [folder for folder, may in left.items() if not may & left.keys()]:
            for folder in ready:
                del left[folder]
        assert left == {}, room


def test_no_file_imports_in_a_circle() -> None:
    """Also where only the types are imported."""
    names = {".".join(path.with_suffix("").relative_to(ROOT).parts): path for path in SOURCES}
    left = {
        name: {module for _, module in imports(path) if module in names and module != name}
        for name, path in names.items()
    }
    while ready := [name for name, others in left.items() if not others & left.keys()]:
        for name in ready:
            del left[name]
    assert left == {}


def test_folders_are_small_and_say_what_is_in_them() -> None:
    python = [path for top in ("peerreview", "tests", "benchmarks") for path in (ROOT / top).rglob("*.py")]
    for folder in {path.parent for path in python}:
        files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(files) <= MOST_FILES, f"{folder.relative_to(ROOT)} has {len(files)} files"
    for room, law in FOLDERS.items():
        for folder in law:
            doc = ast.get_docstring(ast.parse((PACKAGE / room / folder / "__init__.py").read_text())) or ""
            begin = re.search(r"Begin with (\w+\.py)\.", doc)
            assert begin, f"{room}/{folder}"
            assert (PACKAGE / room / folder / begin[1]).exists(), f"{room}/{folder}"
            told = re.search(r"Open to ([\w ,\n]+)\.", doc)
            open_to = {other for other, may in law.items() if folder in may.split()}
            if open_to and open_to != set(law) - {folder}:
                assert set(re.findall(r"\w+", told[1] if told else "")) == open_to, f"{room}/{folder}"


# A file of services that changes something is named by a verb; a noun reads.
VERBS = (
    "answer appoint ask begin bring carry change choose close declare do edit hand invite keep lend log mark migrate"
    " move prove put register remind reset send settle tell write be deliver name"
)
WRITING = re.compile(r"\bchanging\(|\bchanging_in\(|\bdb\.write\(")
# It is not asked of the kernel, of who is there, and of what the clock calls.
NOT_ASKED = {"base", "mail", "deeds", "upkeep", "login", "worker"}
# These do both as yet: fewer, not more.
READ_AND_CHANGE = {
    "home/calendar_feed.py", "lead/missing.py", "lead/outbox.py", "materials/download.py",
    "materials/materials_page.py", "organisations/profiles.py", "organisations/self_assessments.py",
    "people/accounts.py", "people/mail_preferences.py", "people/me_page.py", "people/operating.py",
    "people/uninvited.py", "review/overview.py", "rounds/round_case.py", "rounds/round_people.py", "rounds/rounds.py",
}  # fmt: skip


def test_a_file_that_changes_something_is_named_by_a_verb() -> None:
    services = PACKAGE / "services"
    nouns = {
        str(path.relative_to(services))
        for path in services.rglob("*.py")
        if path.parent.name not in NOT_ASKED
        and path.stem.split("_")[0] not in VERBS.split()
        and WRITING.search(path.read_text(encoding="utf-8"))
    }
    assert nouns == READ_AND_CHANGE


def test_one_name_is_one_file_of_services() -> None:
    names = [path.stem for path in (PACKAGE / "services").rglob("*.py") if path.stem != "__init__"]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_every_room_has_its_rule() -> None:
    assert {room_of(path) for path in SOURCES} <= set(ROOMS)


def test_letters_are_composed_in_one_place_that_bounds_the_work() -> None:
    naming = [
        str(path.relative_to(PACKAGE))
        for path in SOURCES
        if "unicodedata.normalize(" in path.read_text(encoding="utf-8") and room_of(path) != "demo"
    ]
    assert naming == ["letters.py"]


def clock_readings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            if re.search(r"\b(datetime|date|time)\.(now|today|utcnow|time)$", called):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {called}()"


@pytest.mark.parametrize("room", ["engine", "matching", "rendering", "store", "services"])
def test_the_clock_is_read_at_the_door_alone(room: str) -> None:
    readings = [
        reading for path in sorted((PACKAGE / room).rglob("*.py")) for reading in clock_readings(path)
    ]
    assert readings == []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_are_short() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {length} lines"
        for path in [*SOURCES, ROOT / "config.py"]
        for node in functions(path)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ] == []


def ours() -> list[Path]:
    """Every file of the project that is or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return sorted(path for path in paths if path.is_file())


def texts() -> Iterator[tuple[Path, str]]:
    for path in ours():
        if path.suffix not in (".png", ".pdf", ".ico", ".jpg", ".xz"):
            yield path, path.read_text(encoding="utf-8")


def test_files_are_short() -> None:
    measured = {".py", ".html", ".css", ".js", ".txt"}
    assert [
        f"{path.relative_to(ROOT)} has {len(lines)} lines"
        for path, text in texts()
        if path.suffix in measured and "versions" not in path.parts
        if len(lines := text.splitlines()) > LONGEST_FILE
    ] == []


# Backwards and in pieces, so that this file passes its own test.
HOSTS = [host[::-1] for host in ("gro.ipyp", "detsohnohtyp", ".sjmpn", "gro.naibed.bed", "gnalog.yxorp")]
PLACES = ["/ro" + "ot/", "/wo" + "rk/", "/ho" + "me/", "/Us" + "ers/", "C:" + "\\"]


def test_no_registry_and_no_place_of_one_machine_is_named() -> None:
    found = re.compile(
        "|".join([*map(re.escape, HOSTS), *(rf"(?<![\w.}}]){re.escape(place)}" for place in PLACES)])
    )
    assert [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if found.search(line)
    ] == []


def test_locks_hold_versions_and_hashes_and_nothing_else() -> None:
    line_of_a_lock = re.compile(
        r"[A-Za-z0-9._-]+(\[\w+\])?==\S+( ; .*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
    )
    assert [
        f"{lock.name}: {line}"
        for lock in sorted(ROOT.glob("requirements*.lock"))
        for line in lock.read_text(encoding="utf-8").splitlines()
        if not line_of_a_lock.fullmatch(line)
    ] == []


def test_scripts_can_be_run() -> None:
    scripts = [*(ROOT / "script").iterdir(), ROOT / ".ci" / "run"]
    assert [path.name for path in scripts if not path.stat().st_mode & 0o111] == []


def test_rules_that_are_cited_stand_in_the_book() -> None:
    book = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    rules = set(re.findall(r"^(\d+)\. ", book, re.MULTILINE))
    cited = re.compile(r"engine\.md,? ((?:rules? )?\d+(?:(?:, | and | to |-)\d+)*)")
    assert [
        f"{path.relative_to(ROOT)}: engine.md {number}"
        for path in [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").rglob("*.md")]
        for found in cited.findall(path.read_text(encoding="utf-8"))
        for number in re.findall(r"\d+", found)
        if number not in rules
    ] == []


def test_decisions_are_numbered_without_a_gap_or_a_double_and_what_names_one_names_one_that_there_is() -> (
    None
):
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in files]
    assert numbers == [f"{number:04d}" for number in range(1, len(files) + 1)]
    named = {found for _, text in texts() for found in re.findall(r"decisions/(\d{4}-[a-z0-9-]+\.md)", text)}
    assert named <= {path.name for path in files}
    titles = [path.read_text(encoding="utf-8").split(".", 1)[0] for path in files]
    assert titles == [f"# {int(number)}" for number in numbers]
