"""The HTML of every kind of page, as the Nu Html Checker and html-validate read it.

`script/test --full` installs both into script/checkers. What html-validate is not asked stands in .htmlvalidate.json
there; what of the other's findings is decided otherwise, in DECIDED.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from peerreview.demo.cast import LEAD, coordinator
from tests.databases import shared_folder

from .crawling import Crawl
from .running import ROOT, first_run
from .test_crawl import living, once_each, speak

CHECKERS = ROOT / "script" / "checkers"
NU = CHECKERS / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
HTML_VALIDATE = CHECKERS / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
INSTALL = (
    "needs node, npm and java (Debian: apt-get install nodejs npm default-jre-headless), then "
    "`npm ci --ignore-scripts` in script/checkers; script/test --full does the latter"
)

# Findings of the Nu Html Checker that were looked at and left, by the words of the message, with the reason.
DECIDED = {
    # Some screen readers lose a table that is laid out as blocks: docs/decisions/0029-roles-of-tables.md.
    r"The “(table|row|rowgroup|cell|columnheader|rowheader)” role is unnecessary for": "roles of tables",
    r"The “role” attribute must not be used on an? “(table|thead|tbody|tr|th|td)” element": "roles of tables",
    # A guess from all the words of a page: of a finished review an English page holds little but names of Swedish
    # regions and functions. The crawl holds each passage against the language that it is said to be in.
    r"This document appears to be written in (Swedish|English) but the “html” start tag has": "names",
}


def save(folder: Path, session: Crawl) -> None:
    """A file for each page, with its address as a comment at the end."""
    who = session.email.partition("@")[0]
    for number, (address, text) in enumerate(session.pages.items()):
        file = folder / f"{session.language}-{who}-{number:03}.html"
        file.write_text(f"{text}\n<!-- {address.replace('--', '- -')} -->\n", encoding="utf-8")


def of_nu(folder: Path) -> list[str]:
    told = subprocess.run(
        ["java", "-jar", NU, "--format", "json", "--exit-zero-always", "--stdout", folder],
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        f"{address_of(Path(found['url'].removeprefix('file:')))}: {found['message']} {found.get('extract', '')!r}"
        for found in json.loads(told.stdout)["messages"]
        if not any(re.match(decided, found["message"]) for decided in DECIDED)
    ]


def of_html_validate(folder: Path) -> list[str]:
    told = subprocess.run(
        ["node", HTML_VALIDATE, "--config", CHECKERS / ".htmlvalidate.json", "--formatter", "json", folder],
        capture_output=True,
        text=True,
        check=False,  # It ends with 1 when it has found something.
    )
    assert told.returncode in (0, 1), told.stderr
    return [
        f"{address_of(Path(page['filePath']))}: {found['ruleId']}: {found['message']} (line {found['line']})"
        for page in json.loads(told.stdout)
        for found in page["messages"]
    ]


def address_of(file: Path) -> str:
    return f"{file.name} {file.read_text(encoding='utf-8').splitlines()[-1][5:-4]}"


@pytest.fixture
def checkers() -> None:
    missing = [tool for tool in ("java", "node") if shutil.which(tool) is None]
    missing += [str(file.relative_to(ROOT)) for file in (NU, HTML_VALIDATE) if not file.exists()]
    if missing:
        pytest.fail(f"NOT CHECKED: no {', '.join(missing)}. The check of the HTML {INSTALL}", pytrace=False)


@pytest.mark.full
@pytest.mark.usefixtures("checkers")
def test_two_checkers_find_nothing_in_the_html_of_any_kind_of_page(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    demo = first_run(shared_folder(tmp_path_factory), tmp_path / "demo").folder
    pages = tmp_path / "pages"
    pages.mkdir()
    for language in ("sv", "en"):
        speak(demo, language)
        with living("waitress", demo) as port:
            # One address of each shape of the lead's, who has hundreds; of the other all: their reviews are at
            # different steps, and look different.
            for who, wanted in ((LEAD, once_each()), (coordinator("08"), lambda address: True)):
                session = Crawl(port, language, wanted=wanted, keep=True)
                session.become(who)
                session.follow(["/"])
                save(pages, session)
    assert len(list(pages.iterdir())) > 100
    assert [*of_nu(pages), *of_html_validate(pages)] == []


@pytest.mark.full
@pytest.mark.usefixtures("checkers")
def test_the_checkers_do_find_what_is_wrong(tmp_path: Path) -> None:
    wrong = '<!DOCTYPE html><html lang="en"><head><title>A</title></head><body><p id="a"><b id="a">x</p></body></html>'
    (tmp_path / "wrong.html").write_text(f"{wrong}\n<!-- /wrong -->\n", encoding="utf-8")
    assert any("Duplicate ID" in found for found in of_nu(tmp_path))
    assert any("no-dup-id" in found for found in of_html_validate(tmp_path))
