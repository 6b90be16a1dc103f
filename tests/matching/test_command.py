"""`peerreview pair`, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from peerreview.cli import commands

TABLE = (
    "organisation;population;wants;offers;excludes;reviewed\n"
    "Region A;100000;x|y;z;;\n"
    "Region B;200000;z;x;;Region A@2025\n"
    "Region C;110000;z;y;;\n"
    "Region D;210000;;;Region C;\n"
    "Region E, norr;300000;x;;;\n"
)


@pytest.fixture
def call(tmp_path: Path):  # type: ignore[no-untyped-def]
    def run(table: str, *options: str, weights: str | None = None) -> Result:
        file = tmp_path / "profiles.csv"
        file.write_bytes(table.encode("cp1252"))
        if weights is not None:
            (tmp_path / "weights").write_text(weights)
            options = ("--weights", str(tmp_path / "weights"), *options)
        return CliRunner().invoke(commands, ["pair", str(file), "--year", "2026", *options])

    return run


def test_json_is_what_was_asked_for(call) -> None:  # type: ignore[no-untyped-def]
    result = call(TABLE, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert set(found) == {"groups", "unmatched", "total"}
    assert found["unmatched"] == []
    for group in found["groups"]:
        assert set(group) == {"members", "score", "reasons"}
        assert all(set(reason) == {"feature", "share"} for reason in group["reasons"])
    members = sorted(name for group in found["groups"] for name in group["members"])
    assert members == ["Region A", "Region B", "Region C", "Region D", "Region E, norr"]


def test_the_same_comes_out_whatever_the_order_of_the_rows(call) -> None:  # type: ignore[no-untyped-def]
    first, *rows = TABLE.splitlines(keepends=True)
    assert call(first + "".join(rows[::-1])).stdout == call(TABLE).stdout
    assert call(first + "".join(rows[::-1]), "--json").stdout == call(TABLE, "--json").stdout


def test_reasons_are_sentences(call) -> None:  # type: ignore[no-untyped-def]
    said = call("organisation,population,wants,offers\nA,100000,x,\nB,1000000,,x\n").stdout
    assert "A + B: " in said
    assert "A has 100\N{NO-BREAK SPACE}000, B has 1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000" in said
    assert "B is good at 1 of 1 things that A wants to learn: x" in said


def test_weights_fixed_and_forbidden_pairs_are_heeded(call) -> None:  # type: ignore[no-untyped-def]
    def groups(*options: str, weights: str | None = None) -> list[list[str]]:
        found = json.loads(call(TABLE, "--json", *options, weights=weights).stdout)
        return [group["members"] for group in found["groups"]]

    assert ["Region D", "Region E, norr"] in groups("--fix", "Region E, norr,region d")
    together = groups("--forbid", "Region D,Region E, norr", "--forbid", "Region A,Region C")
    assert not any({"Region D", "Region E, norr"} <= set(group) for group in together)
    alone = "".join(f"{name} = 0\n" for name in ("themes", "interests"))
    assert ["Region A", "Region C"] in groups(weights=alone)
    assert ["Region A", "Region C"] not in groups(weights=f"{alone}population = -1\n")


def test_a_fixed_ring_and_what_is_forbidden_within_a_ring(call) -> None:  # type: ignore[no-untyped-def]
    def groups(*options: str) -> list[list[str]]:
        found = json.loads(call(TABLE, "--json", *options).stdout)
        return [sorted(group["members"]) for group in found["groups"]]

    assert ["Region A", "Region D", "Region E, norr"] in groups("--fix", "Region A,Region E, norr,Region D")
    three = "organisation\nA\nB\nC\n"
    assert len(json.loads(call(three, "--json").stdout)["groups"][0]["members"]) == 3
    assert len(json.loads(call(three, "--json", "--forbid", "A,C").stdout)["unmatched"]) == 1


def test_shares_add_up_to_the_score_and_scores_to_the_total(call) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(call(TABLE, "--json").stdout)
    for group in found["groups"]:
        assert abs(sum(reason["share"] for reason in group["reasons"]) - group["score"]) < 1e-8
    assert abs(sum(group["score"] for group in found["groups"]) - found["total"]) < 1e-8


def test_who_is_left_over_is_named_with_the_rule(call) -> None:  # type: ignore[no-untyped-def]
    table = "organisation,excludes\nA,B|C\nB,\nC,\n"
    result = call(table, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["unmatched"] == ["A"]
    assert "Without a partner: A: A has excluded B; A has excluded C" in result.stderr
    assert "Without a partner: A: A has excluded B; A has excluded C" in call(table).stdout


@pytest.mark.parametrize(
    ("table", "options", "said"),
    [
        ("organisation,population\nA,-5\n", (), "profiles.csv:2:3: -5 cannot be"),
        (TABLE, ("--fix", "Region A,Region B"), "--fix: Region A and Region B reviewed each other in 2025"),
        (TABLE, ("--fix", "Region A"), "--fix Region A: these are not organisations"),
        (TABLE, ("--fix", "Region A,Region B,Region C"), "--fix: Region A and Region B reviewed each other"),
        (TABLE, ("--forbid", "Region A,Region C,Region D"), "--forbid Region A,Region C,Region D: these are"),
        (TABLE, ("--years", "-1"), "-1 is not in the range"),
        ("organisation\n" + "".join(f"{k}\n" for k in range(3001)), (), "3001 organisations are too many"),
        (TABLE, ("--forbid", "Region A,Region X"), "--forbid Region A,Region X: these are not"),
        (TABLE, ("--forbid", "Region A,Region A"), "--forbid Region A,Region A: these are not"),
        (
            TABLE,
            ("--fix", "Region A,Region C", "--forbid", "Region C,Region A"),
            "the lead has forbidden it",
        ),
        (
            TABLE,
            ("--fix", "Region A,Region C", "--fix", "Region A,Region D"),
            "Region A is fixed in two groups",
        ),
    ],
)
def test_a_mistake_is_told_and_ends_with_2(call, table, options, said) -> None:  # type: ignore[no-untyped-def]
    result = call(table, *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_mistakes_in_weights_and_a_file_that_is_not_there_end_with_2(call, tmp_path) -> None:  # type: ignore[no-untyped-def]
    result = call(TABLE, weights="beds = 1\n")
    assert result.exit_code == 2
    assert "weights:1:1: beds is no feature" in result.stderr
    assert CliRunner().invoke(commands, ["pair", str(tmp_path / "none.csv")]).exit_code == 2
