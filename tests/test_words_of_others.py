"""What libraries and the machine say in English comes out in our own words, in both languages."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_core._pydantic_core import list_all_errors

from config import Settings
from peerreview.engine.language.reader import read
from peerreview.engine.language.schema import WorkflowModel
from peerreview.errors import BadDefinition, BadSetting, Message, heard, in_english, misfit, why
from peerreview.rendering.words import say

ERRORS = {str(one["type"]): one for one in list_all_errors()}
# What pydantic's own sentences hold and ours do not.
FOREIGN = ("Input should", "should have", "a valid ", "nable to", "Field required", "Extra inputs")
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 10**6, 1.5, float("nan"), "", "x", "X!", "x" * 200, "\ud800", b"\xff", [], [[]], [1], {},
    {"X": 1}, {1: 2}, object(), 10**5000,
)  # fmt: skip
# Left to the reader, who says them better: by what is near, or by what was meant.
SAID_BEFORE = {"value_error", "string_pattern_mismatch"}
OTHERWISE = in_english(misfit("nothing that there is", {})[1])


def raised_by_definitions() -> Iterator[str]:
    """The kinds of error that an odd value raises anywhere in a definition."""
    schema = WorkflowModel.model_json_schema()
    for top in schema["properties"]:
        for odd in ODD:
            yield from _raised({top: odd})
            yield from _raised({top: {"name": odd}})
            for inner in (
                "due",
                "allow",
                "actions",
                "remind",
                "remind_late",
                "fields",
                "min",
                "title",
                "ends_after",
            ):
                yield from _raised({top: {"name": {inner: odd}}})
                yield from _raised({top: {"name": {inner: [odd], "key": odd}}})
                yield from _raised({top: {"name": {inner: {"working_days": odd, "name": odd}}}})


def _raised(data: dict[str, Any]) -> Iterator[str]:
    try:
        WorkflowModel.model_validate(data)
    except ValidationError as error:
        yield from (str(one["type"]) for one in error.errors(include_url=False))


def raised_by_settings() -> Iterator[str]:
    for name in Settings.model_fields:
        for odd in ODD:
            try:
                Settings.__pydantic_validator__.validate_assignment(Settings.model_construct(), name, odd)
            except ValidationError as error:
                yield from (str(one["type"]) for one in error.errors(include_url=False))


@pytest.mark.parametrize("kind", sorted(ERRORS))
def test_every_kind_of_error_is_told_in_our_own_words_in_both_languages(kind: str) -> None:
    limits = ERRORS[kind].get("example_context") or {}
    for words in misfit(kind, limits):
        english, swedish = say(words, "en"), say(words, "sv")
        assert english != swedish
        assert not any(part in english + swedish for part in FOREIGN)


def test_what_our_models_can_raise_is_told_for_what_it_is() -> None:
    """And not with the words that are left for what nobody has thought of."""
    raised = {*raised_by_definitions(), *raised_by_settings()}
    assert len(raised) > 12
    unsaid = {kind for kind in raised - SAID_BEFORE if in_english(misfit(kind, {})[1]) == OTHERWISE}
    assert unsaid == set()


NOT_YAML = {
    "a: b: c\n": "a colon stands",
    "a: b\nc\n": "a colon is missing",
    "a:\n\tb: c\n": "a tab stands",
    "a:\n  - b\n c: d\n": "is indented otherwise",
    "a: *b\n": "an anchor that stands nowhere before",
    'a: "b\n': "is not closed",
    "a: [b\n": "is not closed",
    'a: "\\q"\n': "a backslash stands",
    "a: @b\n": "a sign that wants quotation marks",
    "a: 1\na: 2\n": "the key `a` stands twice",
    "a: 1\n---\nb: 2\n": "more than one document",
    "a: \x00\n": "a sign that cannot be seen",
}


@pytest.mark.parametrize(("text", "said"), NOT_YAML.items())
def test_what_is_not_yaml_is_told_in_both_languages(text: str, said: str) -> None:
    with pytest.raises(BadDefinition) as refused:
        read(text, "w.yaml")
    (problem,) = refused.value.problems
    assert isinstance(problem.wrong, Message)
    assert said in in_english(problem.wrong)
    assert not {"the", "is", "expected", "found"} & set(say(problem.wrong, "sv").split())


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.ENOTDIR, errno.EROFS])
def test_what_the_machine_refuses_is_told_in_both_languages(number: int) -> None:
    said = why(OSError(number, os.strerror(number)))
    assert isinstance(said, Message)
    assert say(said, "en") != say(said, "sv")


@pytest.mark.parametrize(
    "said", ["[Errno 111] Connection refused", "unable to open database file", "timed out"]
)
def test_what_a_driver_says_is_told_in_both_languages(said: str) -> None:
    words = heard(said)
    assert isinstance(words, Message)
    assert say(words, "en") != say(words, "sv")


def test_a_wrong_setting_of_any_kind_is_told_in_our_own_words() -> None:
    wrong = {
        "mail_port": object(),
        "files_dir": 3,
        "demo": "maybe",
        "mail_hour": 99,
        "default_language": "fr",
    }
    with pytest.raises(BadSetting) as refused:
        Settings(**wrong)
    told = str(refused.value)
    assert len(told.splitlines()) == len(wrong)
    assert not any(part in told for part in FOREIGN)
