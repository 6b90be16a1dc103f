"""What is wrong with a definition, each at its place, gathered while the definition is read."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...errors import N_, Message, Problem, Text

Loc = tuple[Any, ...]
LANGUAGES = ("sv", "en")


class Faults:
    """`problems` fills while the reading goes on, so that all mistakes are told at once."""

    def __init__(self, place: Callable[[Loc], tuple[int, int]], file: str):
        self.place, self.file = place, file
        self.problems: list[Problem] = []

    def wrong(self, loc: Loc, wrong: Message, right: Message) -> None:
        self.problems.append(Problem(self.file, *self.place(loc), wrong, right))

    def unknown(self, loc: Loc, what: Message, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, 1)
        mend = (
            N_("did you mean `%(near)s`?", near=near[0])
            if near
            else N_("there are: %(known)s", known=", ".join(names) or N_("none"))
        )
        self.wrong(loc, N_("there is no %(what)s `%(name)s`", what=what, name=name), mend)

    def texts(self, texts: Mapping[Any, str], loc: Loc) -> Text:
        for language in LANGUAGES:
            if not texts.get(language, "").strip():
                self.wrong(
                    loc,
                    N_("the text has no `%(language)s`", language=language),
                    N_("add `%(language)s: ...`", language=language),
                )
        return Text.of({str(k): v.strip() for k, v in texts.items()})

    def maybe(self, texts: Mapping[Any, str] | None, loc: Loc) -> Text | None:
        return None if texts is None else self.texts(texts, loc)
