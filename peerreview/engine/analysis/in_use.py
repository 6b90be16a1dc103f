"""What a review holds of its definition's own words, and which of them another definition has no place for (pure).

Facts tell of most things that people have made, but not of all: a question has a perspective, an interest themes, an
answer the field that it answers, a person on a team a function. A definition that no longer has one of these would
leave what was written without a name, on every page and in every sum. Such a review is refused, with what holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from ...errors import N_, Message, PartyName, Text
from ..language.definition import Artefact, Workflow

What = Literal["thing", "perspective", "theme", "function", "field", "date", "asked"]


class Use(NamedTuple):
    """`thing` (an artefact) of `party` (None: of all, or of somebody who is not named) holds the word `key`.

    Of a field and of an agreement's date `value` is what stands there; of time that was asked for `key` is the step."""

    what: What
    thing: str
    key: str = ""
    party: int | None = None
    value: Any = None


_PERSPECTIVE = N_("“%(thing)s” has the perspective “%(word)s”, which the new definition does not have")
_THEME = N_("“%(thing)s” has the theme “%(word)s”, which the new definition does not have")


def _in_order(use: Use) -> tuple[str, str, str, int, str]:
    return use.what, use.thing, use.key, -1 if use.party is None else use.party, str(use.value)


def without_place(
    old: Workflow, new: Workflow, names: Mapping[str, str], uses: Iterable[Use]
) -> Iterator[Message]:
    """Why what a review holds has no place in `new`; `names`: what the steps became."""
    for use in sorted(set(uses), key=_in_order):
        if use.what == "asked":
            yield from _asked(old, new, names, use)
        elif use.what == "function":
            yield from _function(old, new, use)
        elif use.thing in old.artefacts:
            there = new.artefacts.get(use.thing)
            if there is not None and use.what != "thing":
                yield from _held(old, new, use, there)


def _held(old: Workflow, new: Workflow, use: Use, there: Artefact) -> Iterator[Message]:
    had = old.artefacts[use.thing]
    if use.what == "perspective" and use.key in old.perspectives and use.key not in new.perspectives:
        yield _told(use, had, _PERSPECTIVE, old.perspectives[use.key])
    elif use.what == "theme" and use.key in old.themes and use.key not in new.themes:
        yield _told(use, had, _THEME, old.themes[use.key])
    elif use.what == "date" and use.key in had.fuzzy - there.fuzzy:
        yield N_(
            "“%(thing)s” has a date (`%(date)s`) that is a month, a term or a year, and the new definition wants a day",
            thing=had.title,
            date=use.key,
        )
    elif use.what == "field":
        yield from _field(use, had, there)


def _told(use: Use, had: Artefact, message: Message, word: Text) -> Message:
    told = Message(message.text, (("word", word), ("thing", had.title)))
    return told if use.party is None else N_("%(side)s: %(why)s", side=PartyName(use.party), why=told)


def _field(use: Use, had: Artefact, there: Artefact) -> Iterator[Message]:
    """An answer is told of without its side: where a form is each person's, that could be one of them."""
    before = {field["key"]: field for field in had.fields}
    after = {field["key"]: field for field in there.fields}
    if use.key not in before:
        return
    label = before[use.key]["label"]
    word = label if isinstance(label, Text) else Text.of(label)
    if use.key not in after:
        yield N_(
            "somebody has answered “%(word)s” in “%(thing)s”, and the new definition does not ask that",
            word=word,
            thing=had.title,
        )
    elif not fits_in(after[use.key], use.value):
        yield N_(
            "somebody has answered “%(word)s” in “%(thing)s” in a way that the new definition has no place for",
            word=word,
            thing=had.title,
        )


def fits_in(field: Mapping[str, Any], value: Any) -> bool:
    """Whether a field can hold what was answered: a scale has 1 to 5, hours a number, a text whatever there is."""
    if field["kind"] == "scale":
        return str(value) in ("1", "2", "3", "4", "5")
    if field["kind"] == "hours":
        try:
            return float(str(value).replace(",", ".")) >= 0
        except ValueError:
            return False
    return True


def _function(old: Workflow, new: Workflow, use: Use) -> Iterator[Message]:
    if use.key in old.functions and use.key not in new.functions:
        told = N_(
            "hours are noted for the function “%(word)s”, which the new definition does not have",
            word=old.functions[use.key],
        )
        yield told if use.party is None else N_("%(side)s: %(why)s", side=PartyName(use.party), why=told)


def _asked(old: Workflow, new: Workflow, names: Mapping[str, str], use: Use) -> Iterator[Message]:
    step, there = old.step(use.key), new.step(names.get(use.key, ""))
    if step is None or use.party is None:
        return
    if there is None or there.more_time is None:
        yield N_(
            "%(side)s has asked for more time for the step %(step)s and has no answer yet; nobody could give one",
            side=PartyName(use.party),
            step=step.title,
        )
