"""What is other in the words of a newer definition: its lists, roles, things, their fields, ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...engine.language.definition import Artefact, Workflow
from ...errors import N_, Message, Text

_LISTS: tuple[tuple[str, Message, Message, Message], ...] = (
    (
        "perspectives",
        N_("New perspective: “%(word)s”."),
        N_("The perspective “%(word)s” is gone."),
        N_("The perspective “%(before)s” is called “%(after)s”."),
    ),
    (
        "themes",
        N_("New theme: “%(word)s”."),
        N_("The theme “%(word)s” is gone."),
        N_("The theme “%(before)s” is called “%(after)s”."),
    ),
    (
        "functions",
        N_("New function: “%(word)s”."),
        N_("The function “%(word)s” is gone."),
        N_("The function “%(before)s” is called “%(after)s”."),
    ),
)
_TITLED: tuple[tuple[str, Message, Message, Message], ...] = (
    (
        "roles",
        N_("New role: “%(word)s”."),
        N_("The role “%(word)s” is gone."),
        N_("The role “%(before)s” is called “%(after)s”."),
    ),
    (
        "artefacts",
        N_("New: “%(word)s”, which people write or hand in."),
        N_("Gone: “%(word)s”, which people write or hand in."),
        N_("“%(before)s” is called “%(after)s”."),
    ),
    (
        "ends",
        N_("New end: “%(word)s”."),
        N_("The end “%(word)s” is gone."),
        N_("The end “%(before)s” is called “%(after)s”."),
    ),
)


def differences(old: Workflow, new: Workflow) -> Iterator[Message]:
    for name, *said in _LISTS:
        yield from _compared(getattr(old, name), getattr(new, name), *said)
    for name, *said in _TITLED:
        before, after = getattr(old, name), getattr(new, name)
        yield from _compared(_titles(before), _titles(after), *said)
    if (old.min_parties, old.max_parties) != (new.min_parties, new.max_parties):
        yield N_("It is for %(least)s to %(most)s sides.", least=new.min_parties, most=new.max_parties)
    for key in (key for key in old.roles if key in new.roles):
        one, other = old.roles[key], new.roles[key]
        if (one.of, one.includes, one.loses, one.loses_actions) != (
            other.of, other.includes, other.loses, other.loses_actions
        ):  # fmt: skip
            yield N_(
                "The role “%(role)s” includes others, or loses other rights by a conflict of interest.",
                role=other.title,
            )
    for key in (key for key in old.artefacts if key in new.artefacts):
        yield from _thing(old.artefacts[key], new.artefacts[key])


def _titles(found: Mapping[str, Any]) -> dict[str, Text]:
    return {key: one.title for key, one in found.items()}


def _compared(
    before: Mapping[str, Text], after: Mapping[str, Text], come: Message, gone: Message, other: Message
) -> Iterator[Message]:
    for key, title in after.items():
        if key not in before:
            yield Message(come.text, (("word", title),))
        elif before[key] != title:
            yield Message(other.text, (("before", before[key]), ("after", title)))
    yield from (Message(gone.text, (("word", title),)) for key, title in before.items() if key not in after)


def _thing(one: Artefact, other: Artefact) -> Iterator[Message]:
    title = other.title
    if (one.kind.name, one.per, one.concerns) != (other.kind.name, other.per, other.concerns):
        yield N_("“%(thing)s” is of another kind, or of others.", thing=title)
    if one.opens_when != other.opens_when:
        yield N_("“%(thing)s”: when it is opened is asked otherwise.", thing=title)
    if one.template != other.template:
        yield N_("“%(thing)s”: the template is another. What has been written stays as it is.", thing=title)
    if one.fuzzy != other.fuzzy:
        yield N_("“%(thing)s”: other dates may be a month, a term or a year.", thing=title)
    yield from _fields(one, other)


def _fields(one: Artefact, other: Artefact) -> Iterator[Message]:
    before = {field["key"]: field for field in one.fields}
    after = {field["key"]: field for field in other.fields}
    for key, field in after.items():
        told = (("thing", other.title), ("word", field["label"]))
        if key not in before:
            yield Message(N_("“%(thing)s”: new question “%(word)s”.").text, told)
        elif before[key]["kind"] != field["kind"] or before[key]["required"] != field["required"]:
            yield Message(
                N_(
                    "“%(thing)s”: “%(word)s” is answered in another way, or must or need not be answered."
                ).text,
                told,
            )
        elif before[key]["label"] != field["label"]:
            yield N_(
                "“%(thing)s”: “%(before)s” is asked as “%(after)s”.",
                thing=other.title,
                before=before[key]["label"],
                after=field["label"],
            )
    for key, field in before.items():
        if key not in after:
            yield N_("“%(thing)s”: “%(word)s” is no longer asked.", thing=other.title, word=field["label"])
