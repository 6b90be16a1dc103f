"""A faulty definition never starts: each mistake is told at its line, with its mend."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.engine.analysis.checker import check
from peerreview.engine.language.reader import read
from peerreview.errors import BadDefinition

from ..play import ROOT, collegial

TEXT = (ROOT / "workflows" / "collegial-review.yaml").read_text(encoding="utf-8")


def problems(text: str | bytes, *, played: bool = True) -> list[str]:
    try:
        return [str(p) for p in check(read(text, "w.yaml"), played=played)]
    except BadDefinition as error:
        return [str(p) for p in error.problems]


def test_the_shipped_definition_is_sound() -> None:
    assert check(collegial()) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("by: coordinator", "by: cordinator", "did you mean `coordinator`?"),
        ("materials.hand_in]", "materials.handin]", "did you mean `hand_in`?"),
        (
            "starts_when: reviews.materials.opened",
            "starts_when: reviews.materials.open",
            "did you mean `opened`?",
        ),
        ("to: declined", "to: declinned", "did you mean `declined`?"),
        ("help:", "halp:", "did you mean `help`?"),
        ("        to: next\n      decline:", "      decline:", "the step `acceptance` can never end"),
        ("    remind: [{working_days: -3}, {working_days: 2}]\n", "", "`evaluation` reminds nobody"),
        (
            "lead if agreement.lead_reads_materials",
            "lead if materials.opened",
            "name a fact of the whole review",
        ),
        ("        starts_when: reviews.materials.opened", "        starts_when: closing_meeting.held", "x"),
    ],
)
def test_mistake_is_told_with_its_mend(old: str, new: str, expected: str) -> None:
    assert old in TEXT or expected == "x"
    text = TEXT.replace(old, new)
    if expected == "x":
        text = TEXT.replace("starts_when: reviews.materials.opened", "starts_when: closing_meeting.held", 1)
        expected = "waits for what can only come after it"
    found = problems(text)
    assert any(expected in line for line in found), found
    assert all(line.startswith("w.yaml:") for line in found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"workflow: a\nworkflow: b\n", "2:1: the key `workflow` stands twice"),
        (b"workflow:\n\t- a\n", "spaces, not tabs"),
        (b"workflow: \xff\n", "not UTF-8"),
        ("workflow: a\nsteps: &a {b: *a}\n", "w.yaml:"),
        ("- a\n", "holds no definition"),
        ("", "holds no definition"),
        ("a: *b\n", "write the anchor"),
        ("workflow: [", "not YAML"),
        ("x" * 1_000_001, "at most 1000000"),
    ],
)
def test_what_is_no_definition_gives_a_message(source: str | bytes, expected: str) -> None:
    found = problems(source)
    assert found
    assert any(expected in line for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{agreement.report: joint}", "{agreement.report: jont}", "did you mean `joint`?"),
        ("page: questions", "page: question", "did you mean `questions`?"),
        ("loses_actions: [consent]", "loses_actions: [konsent]", "did you mean `consent`?"),
        ("lead.consented}", "lead.consentd}", "x"),
        ("records: lead.consented", "records: lead.consentet", "did you mean `lead.consentet`?"),
        ("records: lead.consented", "records: leed.consented", "did you mean `lead`?"),
        ("starts_when: reviews.materials.opened", "starts_when: review.materials.opened", "`reviews`?"),
        ("kind: documents", "kind: document", "did you mean `documents`?"),
        ("per: party", "per: partys", "did you mean `party`?"),
        ("{own} tackar nej", "{ovn} tackar nej", "did you mean `own`?"),
        ("{own} tackar nej", "{own tackar nej", "a brace stands alone"),
        ("moves: withdraw", "moves: withdrawal", "did you mean `withdraw`?"),
        ("includes: [member]", "includes: [membr]", "did you mean `member`?"),
        ("reason: required", "reason: requird", "did you mean `required`?"),
        ("{working_days: -3}", "{working_day: -3}", "did you mean `working_days`?"),
        ("done_when: [first_meeting.held", "done_when: [others.materials.opened", "has no meaning"),
        ("  cancelled:\n", "  canceled:\n", "did you mean `canceled`?"),
    ],
)
def test_a_name_nearly_right_gets_its_neighbour(old: str, new: str, expected: str) -> None:
    if expected == "x":
        old, new, expected = "lead.consented]}]", "lead.consentd]}]", "did you mean `lead.consented`?"
    assert old in TEXT
    found = problems(TEXT.replace(old, new))
    assert any(expected in line for line in found), found


def test_anchors_that_hold_each_other_come_to_an_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert any("anchors" in line for line in problems("\n".join(lines)))


LINES = TEXT.splitlines(keepends=True)
WORDS = sorted({word for line in LINES for word in re.findall(r"[A-Za-z_][\w.@]*", line)})


@pytest.mark.parametrize("number", range(0, len(LINES), 13))
def test_whichever_line_is_taken_out_there_is_a_place_and_no_exception(number: int) -> None:
    told(problems("".join(LINES[:number] + LINES[number + 1 :]), played=False))


@settings(max_examples=30, deadline=None)
@given(
    number=st.integers(0, len(LINES) - 1),
    how=st.sampled_from(["word", "twice", "indent", "tab", "cut", "bytes", "swap", "value"]),
    pick=st.integers(0, 10_000),
)
def test_whatever_happens_to_a_line_there_is_a_place_and_no_exception(
    number: int, how: str, pick: int
) -> None:
    lines = list(LINES)
    line = lines[number]
    words = re.findall(r"[A-Za-z_][\w.@]*", line)
    other = WORDS[pick % len(WORDS)]
    source: str | bytes
    if how == "word" and words:
        lines[number] = line.replace(words[pick % len(words)], other)
    elif how == "twice":
        lines[number] = line * 2
    elif how == "indent":
        lines[number] = " " * (pick % 9) + line.lstrip()
    elif how == "tab":
        lines[number] = line.replace("  ", "\t")
    elif how == "cut":
        lines[number] = line[: pick % (len(line) + 1)]
    elif how == "swap":
        lines[number], lines[pick % len(lines)] = lines[pick % len(lines)], line
    elif how == "value":
        value = ["[]", "{}", "null", "-1", "true", "*kept", "'", "99999999999", "&x [*x]", "2026-01-01"]
        lines[number] = re.sub(r":.*", f": {value[pick % len(value)]}", line)
    source = "".join(lines)
    if how == "bytes":
        source = source.encode()[: 40 * number] + bytes([pick % 256]) + source.encode()[40 * number :]
    told(problems(source, played=False))


def told(found: list[str]) -> None:
    for line in found:
        assert re.match(r"w\.yaml:\d+:\d+: \S", line), line


@settings(max_examples=6, deadline=None)
@given(number=st.integers(0, len(LINES) - 1), pick=st.integers(0, 10_000))
def test_what_reads_well_can_be_played_whatever_it_says(number: int, pick: int) -> None:
    """The rest of the way: a definition with one line gone is played, and gives problems or none."""
    told(problems("".join(LINES[:number] + LINES[number + 1 :])))


def test_what_a_side_waits_for_in_a_shared_step_is_told_of_that_side() -> None:
    """A dead end in a step that all share, whose action asks for what each side has been given: where a report may be
    finished that nobody has written, nobody can hand it over."""
    last = [number for number, line in enumerate(LINES) if line.strip() == "needs: report.ready"][-1]
    (found,) = problems("".join(LINES[:last] + LINES[last + 1 :]))
    assert "`closing_meeting` (all sides) waits: " in found
    assert "the report of side 2 is still empty" in found
