"""What a side that has withdrawn still sees: the review as it was when it left, and what is finished about it since.

When a side withdraws, where the review stands is kept with it: the standing, the facts, what state each thing was in,
who sat where. Whoever is of that side alone reads that, on every page; what is written later, and where the others have
come to, is no longer theirs to know (engine.md 55). Two things reach them all the same: that the review has ended, and
a report about them when it is handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ...engine.language.definition import Artefact, Workflow
from ...engine.running.case import Actor, Case, Facts, Seat, Standing
from ...engine.running.leaving import finished, finished_about
from ...store.case.case_rows import SHARED, CaseRows
from ...store.review.rows import SeatRow, StateRow
from . import extensions, facts
from .kept_facts import facts_kept, facts_of_kept

Finished = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Left:
    """`at`: when the side withdrew. `finished`: the texts (artefact and slot) that have been handed over about it,
    whenever that was; `promised`: one is still to come, or has."""

    at: datetime
    rows: CaseRows
    case: Case
    finished: Finished
    promised: bool


def kept(case: Case, rows: CaseRows, at: datetime) -> dict[str, Any]:
    """A review as it stands when a side leaves, as JSON."""
    newest = rows.agreements[-1].version if rows.agreements else 0
    return {
        "at": at.isoformat(),
        "hash": rows.review.definition_hash,
        "standing": case.standing.to_json(),
        "facts": facts_kept(case.facts),
        "states": [[s.name, s.party, s.state, dict(s.data), s.version] for s in rows.states.values()],
        "seats": [_seat_kept(seat) for seat in rows.seated],
        "agreement": newest,
        "confirmed": sorted([id, party] for id, parties in rows.confirmed.items() for party in parties),
        "more_time": list(rows.review.more_time),
    }


def _seat_kept(seat: SeatRow) -> list[Any]:
    days = [day.isoformat() if day else None for day in (seat.deputy_from, seat.deputy_until)]
    return [*seat[:6], *days, seat.closed, seat.deputy_closed]


def departed(rows: CaseRows, actor: Actor, withdrawn: Iterable[int]) -> Mapping[str, Any] | None:
    """What was kept for this actor, who is of sides that have withdrawn and of nothing else; None for others."""
    own = actor.parties()
    if not own or any(party is None for _, party in actor.roles) or not own <= set(withdrawn):
        return None
    found = [rows.review.left[str(party)] for party in own if str(party) in rows.review.left]
    return max(found, key=lambda one: str(one["at"]), default=None)


def left_at(rows: CaseRows, party: int) -> datetime | None:
    """When a side withdrew; None where nothing was kept."""
    found = rows.review.left.get(str(party))
    return datetime.fromisoformat(found["at"]) if found else None


def as_left(
    rows: CaseRows, case: Case, kept_then: Mapping[str, Any], workflow: Workflow, own: frozenset[int]
) -> Left:
    """The review as it was then, with what is finished since. `case`: as it is now; `workflow`: that of then."""
    at = datetime.fromisoformat(kept_then["at"])
    standing = Standing.from_json(kept_then["standing"])
    if case.standing.ended and not standing.ended:
        ended = case.standing.ended if case.standing.ended in workflow.ends else next(iter(workflow.ends))
        standing = standing.with_(ended=ended, ended_at=case.standing.ended_at)
    done = dict(_finished(case, workflow, own))
    states = {(name, party): StateRow(name, party, *more) for name, party, *more in kept_then["states"]}
    states |= {slot: rows.states[slot] for slot in done if slot in rows.states}
    then = replace(
        rows,
        review=replace(rows.review, more_time=kept_then["more_time"]),
        states=states,
        seated=[_seat_of(values) for values in kept_then["seats"]],
        agreements=[one for one in rows.agreements if one.version <= kept_then["agreement"]],
        confirmed=_confirmed(kept_then["confirmed"]),
        until=at,
    )
    values = dict(facts_of_kept(workflow, kept_then["facts"]).values)
    for slot, artefact in done.items():
        values |= {key: value for key, value in case.facts.values.items() if _is_of(key, slot, artefact)}
    seats = tuple(
        Seat(s.id, s.person_id, s.party, s.role, s.function, facts.deputy_of(s)) for s in then.seated
    )
    granted = extensions.granted_of(then.review.more_time)
    seen = Case(workflow, standing, Facts(values), case.calendar, seats, case.leads, granted, case.conflicted)
    promised = any(finished_about(case, party) for party in own)
    return Left(at, then, seen, frozenset(done), promised)


def _finished(
    case: Case, workflow: Workflow, own: frozenset[int]
) -> Iterator[tuple[tuple[str, int], Artefact]]:
    """The texts that have been handed over about one of `own`: (artefact, slot)."""
    for artefact in workflow.artefacts.values():
        final = artefact.kind.final
        if not final or artefact.key not in case.workflow.artefacts:
            continue
        if artefact.per == "review":
            about = any(finished_about(case, party) for party in own)
            if about and case.facts.get(artefact.key, final, None):
                yield (artefact.key, SHARED), artefact
        elif artefact.concerns == "reviews":
            for owner in {p for party in own for p in finished_about(case, party) if finished(case, p)}:
                yield (artefact.key, owner), artefact


def _is_of(key: tuple[str, str, int | None], slot: tuple[str, int], artefact: Artefact) -> bool:
    name, fact, owner = key
    if name != slot[0]:
        return False
    return owner == (None if slot[1] == SHARED else slot[1]) or (
        slot[1] == SHARED and fact in artefact.kind.by_party
    )


def _seat_of(values: list[Any]) -> SeatRow:
    *first, since, until, closed, deputy_closed = values
    begins, ends = (datetime.fromisoformat(day) if day else None for day in (since, until))
    return SeatRow._make([*first, begins, ends, closed, deputy_closed])


def _confirmed(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for agreement, party in pairs:
        found.setdefault(agreement, set()).add(party)
    return found
