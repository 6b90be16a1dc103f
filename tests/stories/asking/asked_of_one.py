"""How the rights to one person's evaluation are asked of the running application (see `asked`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..stage.who import Place
from .asked import Browsing

ASKED = frozenset(
    f"evaluation.{what}"
    for what in ("read@open", "read@submitted", "notice@open", "notice@submitted", "write@open")
)
COUNTED = re.compile(r"\d+ av \d+ har svarat")


@dataclass(frozen=True)
class Form:
    """`owner`: the person's side; `state` as the table says it; `words` that stand in it; `alone`: whether fewer than
    three have answered, so that it is nowhere put together with others."""

    person: int
    owner: int
    state: str
    words: frozenset[str]
    alone: bool

    def ask(self, browsing: Browsing, what: str) -> bool | None:
        """Whether the page shows it; None where it cannot be asked of this form."""
        right, state = what.split(".")[1].split("@")
        if state != self.state:
            return None
        page = browsing.main("evaluation")
        shown = any(word in page for word in self.words)
        if right == "notice":
            return COUNTED.search(page) is not None
        if right == "read":
            # Put together with others the lead reads the words too, and that is no reading of one person's.
            return shown if self.alone or browsing.reader.role != "lead" else None
        return (shown and browsing.offers("evaluation", "evaluation")) if state == "open" else None


def forms_of(place: Place) -> list[Form]:
    found: dict[tuple[int, int, str], set[str]] = {}
    for word, what in place.p.words.items():
        if what.cell.startswith("evaluation") and what.person is not None and what.party is not None:
            found.setdefault((what.person, what.party, what.cell), set()).add(word)
    return [
        Form(
            person,
            party,
            "open" if cell == "evaluation begun" else "submitted",
            frozenset(words),
            "three" not in cell,
        )
        for (person, party, cell), words in found.items()
    ]
