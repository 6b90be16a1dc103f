"""The reference and the schema for editors are what the models say; the schema never marks what the reader takes."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from peerreview.commands.workflow import workflow
from peerreview.engine.language import schema
from peerreview.engine.language.reader import _parsed, _Plain, read
from peerreview.errors import BadDefinition

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "workflows" / "workflow.schema.json"
SHIPPED = ROOT / "workflows" / "collegial-review.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")
LINES = TEXT.splitlines(keepends=True)
MODELS = [
    model
    for model in vars(schema).values()
    if isinstance(model, type) and issubclass(model, schema.Model) and model is not schema.Model
]


@cache
def validator() -> Draft202012Validator:
    found = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert found["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def faults(text: str) -> list[str]:
    data: Any = _Plain("w.yaml").of(_parsed(text, "w.yaml"))
    return [
        f"{'.'.join(map(str, error.path))}: {error.message[:80]}" for error in validator().iter_errors(data)
    ]


@pytest.mark.parametrize(
    ("command", "file"), [("reference", ROOT / "docs" / "reference.md"), ("schema", SCHEMA)]
)
def test_what_is_checked_in_is_what_the_models_say(command: str, file: Path) -> None:
    printed = CliRunner().invoke(workflow, [command], catch_exceptions=False).output
    mend = f"peerreview workflow {command} > {file.relative_to(ROOT)}"
    assert printed == file.read_text(encoding="utf-8"), f"the words have changed; write them anew: {mend}"


def test_every_word_is_described() -> None:
    assert [
        f"{model.__name__}.{name}"
        for model in MODELS
        for name, field in model.model_fields.items()
        if not field.description
    ] == []
    assert all(model.__doc__ for model in MODELS)


def test_links_within_the_reference_lead_somewhere() -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    there = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\(#([\w-]+)\)", text)) <= there


@pytest.mark.parametrize(
    "file", [SHIPPED, ROOT / "docs" / "examples" / "study-visit.yaml"], ids=lambda f: f.stem
)
def test_shipped_definitions_are_valid_and_name_the_schema(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named
    assert (file.parent / named[1]).resolve() == SCHEMA
    assert faults(text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: documents", "kind: document"),
        ("page: questions", "page: question"),
        ("per: party", "per: side"),
        ("materials.hand_in]", "materials.handin]"),
        ("@draft_for_comments", "@draft_for_coments"),
        ("does: questions.send", "does: questions.sent"),
        ("reviewed_by.member:", "reviewedby.member:"),
        ("help:", "halp:"),
        ("moves: withdraw", "moves: withdrawal"),
        ("{sv: Svar, en: Answer}", "{sv: Svar}"),
        ("{working_days: -3}", "{working_days: x}"),
        ("done_when: [first_meeting.held", "done_when: [{both: first_meeting.held}"),
    ],
)
def test_an_editor_marks_what_is_wrong(old: str, new: str) -> None:
    assert old in TEXT
    assert faults(TEXT.replace(old, new))


SLIPS = {
    "number": st.integers(0, len(LINES) - 1),
    "how": st.sampled_from(["gone", "value", "swap"]),
    "pick": st.integers(0, 10_000),
}
VALUES = ("[]", "{}", "null", "-1", "true", "next", "member", "[lead, member]", "''", "joint", "2026-01-01")


@settings(max_examples=8, deadline=None)
@given(**SLIPS)
def test_what_the_reader_takes_is_not_marked(number: int, how: str, pick: int) -> None:
    taken_is_not_marked(number, how, pick)


@pytest.mark.full
@settings(max_examples=400, deadline=None)
@given(**SLIPS)
def test_whatever_the_reader_takes_is_not_marked(number: int, how: str, pick: int) -> None:
    taken_is_not_marked(number, how, pick)


def taken_is_not_marked(number: int, how: str, pick: int) -> None:
    lines = list(LINES)
    if how == "gone":
        lines[number] = ""
    elif how == "swap":
        lines[number], lines[pick % len(lines)] = lines[pick % len(lines)], lines[number]
    else:
        lines[number] = re.sub(r":.*", f": {VALUES[pick % len(VALUES)]}", lines[number])
    text = "".join(lines)
    try:
        read(text, "w.yaml")
    except BadDefinition:
        return
    assert faults(text) == []
