"""The table of who sees what (engine.md), written down by hand, and the readers it speaks of.

Nothing here asks the engine or its definition: an error in either must show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from peerreview.services.base.house import Account

from .planted import Planted, Word

# Whose thing a cell is about, seen from its own side: materials and follow-ups concern the side that reviews us,
# questions and reports the one that we review. The other cells concern nobody more than the rest.
BEFORE, AFTER = -1, 1
CONCERNED: Mapping[str, int] = {
    "material": BEFORE,
    "follow-up": BEFORE,
    "question": AFTER,
    "report": AFTER,
}

# Columns: own team, own contact, the side concerned's team, its contact, a third side's team, its contact, the
# lead. y: reads it, and some page shows it; -: must never see it; ?: the table leaves it open.
TABLE: Mapping[str, str] = {
    # Why somebody has one: whoever declared it, and the lead.
    "conflict of interest": "?- -- -- y",
    "acceptance declined": "yy -- -- y",
    "team open": "yy -- -- y",
    "team confirmed": "yy yy yy y",
    "meeting": "yy yy yy y",
    "agreement": "yy yy yy y",
    "reason": "yy yy yy y",
    "material internal": "y- -- -- -",
    "material internal, replaced": "y- -- -- -",
    "material withdrawn": "y- -- -- -",
    "material draft for comments": "yy y- -- -",
    "material draft comment": "y? y- -- -",
    "material comment once opened": "y? ?- -- -",
    "material handed in": "yy -- -- -",
    "material opened": "yy yy -- -",
    "question draft": "y- -- -- -",
    "question removed": "?- -- -- -",
    "question sent": "yy yy -- -",
    "question note": "y- -- -- -",
    "answer begun": "y- -- -- -",
    "answer begun, ended": "y- -- -- -",
    "report draft": "y- -- -- -",
    "report replaced": "y- -- -- -",
    "report presented": "y- y- -- -",
    "report comment": "y- y- -- -",
    "report after presenting": "y- -- -- -",
    "report handed over": "yy yy -- -",
    "follow-up": "yy yy -- y",
    # Of one person: they themselves, and the lead when there are three.
    "evaluation begun": "-- -- -- -",
    "evaluation handed in": "-- -- -- -",
    "evaluation, three and more": "-- -- -- y",
}


@dataclass(frozen=True)
class Reader:
    """Somebody who looks. `role`: coordinator, member, contact, lead, outsider, nobody (not logged in)."""

    name: str
    role: str
    side: int | None = None
    account: Account | None = None

    @property
    def in_team(self) -> bool:
        return self.role in ("coordinator", "member")

    @property
    def takes_part(self) -> bool:
        return self.role in ("coordinator", "member", "contact", "lead")


def readers(p: Planted, beside: Planted) -> list[Reader]:
    """Everybody, as seen from the review `p`."""
    cast = p.cast
    found = [
        Reader("lead", "lead", None, cast.lead),
        Reader("conflicted lead", "lead", None, p.conflicted),
        Reader("deputy of member 0.0", "member", 0, p.deputy),
        Reader("removed from side 0", "outsider", None, p.removed),
        Reader("outsider", "outsider", None, beside.cast.coordinator(0)),
        Reader("nobody", "nobody"),
    ]
    for party in cast.parties:
        found.append(Reader(f"coordinator {party}", "coordinator", party, cast.coordinator(party)))
        found.append(Reader(f"member {party}.0", "member", party, cast.member(party, 0)))
        found.append(Reader(f"contact {party}", "contact", party, cast.contact(party)))
    return found


def cell(word: Word, reader: Reader, parties: int) -> str:
    """y, - or ?, as the table has it."""
    if reader.role in ("outsider", "nobody"):
        return "-"
    columns = TABLE[word.cell].replace(" ", "")
    if word.person is not None and reader.account and reader.account.person_id == word.person:
        return "y"
    if reader.role == "lead":
        return columns[6]
    return columns[2 * _relation(word, reader, parties) + (reader.role == "contact")]


def _relation(word: Word, reader: Reader, parties: int) -> int:
    """0 own, 1 the side concerned, 2 a third."""
    if word.party is None or word.party == reader.side:
        return 0
    step = CONCERNED.get(word.cell.partition(" ")[0].rstrip(","), None)
    if step is None:
        return 1
    return 1 if (word.party + step) % parties == reader.side else 2
