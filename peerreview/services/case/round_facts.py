"""The facts of what a round is made of: letters, dates, interests, talks, and the reviews that came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from ...engine.language.definition import Artefact
from ...engine.running.case import FactKey, Standing
from ...store.case.case_rows import SHARED, CaseRows
from ...store.review.rounds import Interest, OfRound

Values = dict[FactKey, object]
KINDS = ("letter", "timetable", "interest", "dialogue", "notes", "reviews")
DATES = ("answers", "pairing")
# How a review ends that came to nothing: its organisations are still to be paired.
DECLINED = "declined"
FREEING = (DECLINED, "cancelled")


def add(
    rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, of_round: OfRound, written: bool
) -> None:
    """The facts of one artefact; `written`: whether the shared text stands there with substance."""
    key, kind = artefact.key, artefact.kind.name
    if kind == "letter":
        values[(key, "ready", None)] = written
        values[(key, "sent", None)] = _state(rows, key, None) == "sent"
    elif kind == "timetable":
        data = rows.states[(key, SHARED)].data if (key, SHARED) in rows.states else {}
        for name in DATES:
            values[(key, name, None)] = date.fromisoformat(data[name]) if data.get(name) else False
    elif kind == "reviews":
        values[(key, "begun", None)] = is_begun(of_round.ends)
        values[(key, "over", None)] = are_over(of_round.ends)
    elif kind == "interest":
        for party in standing.parties:
            state = _state(rows, key, party)
            values[(key, "complete", party)] = is_complete(of_round.interests.get(party))
            values[(key, "interested", party)] = state == "interested"
            values[(key, "declined", party)] = state == "declined"
    elif kind == "dialogue":
        for party in standing.parties:
            values[(key, "held", party)] = _state(rows, key, party) == "held"


def set_at(rows: CaseRows, key: str) -> dict[FactKey, datetime]:
    """When each date of the timetable was set, as far as that was kept."""
    data = rows.states[(key, SHARED)].data if (key, SHARED) in rows.states else {}
    kept = data.get("set_at", {})
    return {(key, name, None): datetime.fromisoformat(kept[name]) for name in DATES if kept.get(name)}


def _state(rows: CaseRows, key: str, party: int | None) -> str:
    row = rows.states.get((key, SHARED if party is None else party))
    return row.state if row else ""


def is_complete(interest: Interest | None) -> bool:
    """Enough to find a partner by: which unit, and something to learn or to give."""
    return interest is not None and bool(interest.unit_level and (interest.wants or interest.offers))


def is_begun(ends: Mapping[str | None, int]) -> bool:
    return any(end not in FREEING for end in ends)


def are_over(ends: Mapping[str | None, int]) -> bool:
    """None runs any more, and one at least has come to its end."""
    return None not in ends and is_begun(ends)
