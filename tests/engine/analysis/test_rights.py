"""The table of rights is what `may` says; a changed cell shows as a difference of the checked-in table."""

from __future__ import annotations

import difflib

import pytest

from peerreview.engine.analysis.rights import EVERY, columns, table
from peerreview.engine.language.reader import read
from peerreview.services.workflows.printed import rights_csv

from ..play import ROOT, collegial


@pytest.mark.parametrize("name", ["collegial-review", "round"])
def test_the_checked_in_table_is_what_is_enforced(name: str) -> None:
    file = ROOT / "docs" / "rights" / f"{name}.csv"
    kept = file.read_text(encoding="utf-8").splitlines()
    now = rights_csv(read((ROOT / "workflows" / f"{name}.yaml").read_text(encoding="utf-8"))).splitlines()
    difference = "\n".join(difflib.unified_diff(kept, now, "docs/rights", "enforced", lineterm="", n=0))
    mend = f"peerreview workflow rights {name} --format csv > docs/rights/{name}.csv"
    assert not difference, f"rights have changed; if that is meant: {mend}\n{difference}"


def cell(where: str, what: str) -> frozenset[str]:
    return next(
        (row.who for row in table(collegial()) if (row.where, row.what) == (where, what)), frozenset()
    )


def test_who_may_read_materials_that_are_open() -> None:
    who = cell(EVERY, "materials.read@opened")
    assert {"own.member", "own.contact", "reviewed_by.member", "reviewed_by.contact"} <= who
    assert not {c for c in who if c.startswith("reviews.")}, "the third side in a ring does not"
    assert "lead" not in who
    assert "lead if agreement.lead_reads_materials" in who


def test_what_a_step_alone_allows_stands_at_the_step() -> None:
    assert cell("teams", "confirm") == {"own.coordinator"}
    assert "own.member" in cell("exchange/collect", "materials.write@internal")
    assert not cell(EVERY, "materials.write@internal")
    assert cell("evaluation", "submit") == {"self"}
    assert cell("evaluation", "evaluation.write@open") == {"self"}


def test_every_column_is_somebodys() -> None:
    used = {column for row in table(collegial()) for column in row.who}
    assert used == set(columns(collegial()))
