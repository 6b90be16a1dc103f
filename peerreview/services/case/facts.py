"""From rows to facts: what the engine needs to know of the artefacts, kind by kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from ...engine.language.definition import Artefact, Workflow
from ...engine.running.case import Deputy, FactKey, Facts, Standing
from ...engine.running.conditions import gone_on_without
from ...engine.running.dates import when
from ...engine.running.teams import compare
from ...store.case.case_rows import SHARED, CaseRows
from ...store.review.reviews import Seat as Seated
from ...store.review.rounds import OfRound
from ...store.review.rows import AgreementRow, SeatRow
from . import round_facts, word_facts

Values = dict[FactKey, Any]
Numbers = dict[FactKey, Mapping[str, int]]
TEAM_ROLES = ("coordinator", "member")
DATES = ("materials", "questions", "second_meeting", "report", "closing")
# Which agreed day a meeting is, where it is not called the same.
MEETING_DATES: Mapping[str, str] = {"closing_meeting": "closing"}


def facts_of(
    rows: CaseRows, workflow: Workflow, standing: Standing, of_round: OfRound | None = None
) -> Facts:
    """Every fact of every artefact of one review; `of_round`: what a round's are made of besides."""
    values: Values = {}
    numbers: Numbers = {}
    for artefact in workflow.artefacts.values():
        if artefact.kind.name in round_facts.KINDS:
            written = has_substance(rows.texts.get((artefact.key, SHARED), ""))
            round_facts.add(rows, artefact, standing, values, of_round or OfRound(), written)
            continue
        _KINDS[artefact.kind.name](rows, artefact, standing, values, numbers)
        if artefact.kind.name == "team":
            _likeness(rows, workflow, artefact.key, standing, values)
    word_facts.add(rows, workflow, standing, values)
    return Facts(values, numbers, _since(rows, workflow, standing))


def _since(rows: CaseRows, workflow: Workflow, standing: Standing) -> dict[FactKey, datetime]:
    """When each date was set. A version of the agreement is written with all its days as they are then, those too that
    rests have put off: what it says counts from when it was written."""
    found: dict[FactKey, datetime] = {}
    for artefact in workflow.artefacts.values():
        if artefact.kind.name == "agreement" and (driving := _driving(rows, standing)):
            found |= {(artefact.key, f"dates.{name}", None): driving.created_at for name in DATES}
        elif artefact.kind.name == "timetable":
            found |= round_facts.set_at(rows, artefact.key)
    return found


def _driving(rows: CaseRows, standing: Standing) -> AgreementRow | None:
    """The version whose fields count: the one in force, before there is one the newest."""
    return in_force(rows, standing) or (rows.agreements[-1] if rows.agreements else None)


def deputy_of(seat: SeatRow | Seated) -> Deputy | None:
    """Whoever is named to sit in for the seat, whether it is their days or not."""
    if seat.deputy_id is None or seat.deputy_from is None or seat.deputy_until is None:
        return None
    return Deputy(seat.deputy_id, seat.deputy_from, seat.deputy_until)


def in_force(rows: CaseRows, standing: Standing) -> AgreementRow | None:
    """The newest version of the agreement that every side has confirmed."""
    taking_part = set(standing.taking_part)
    return next((one for one in reversed(rows.agreements) if taking_part <= rows.confirmed[one.id]), None)


def state_of(rows: CaseRows, artefact: Artefact, owner: int | None) -> str:
    """The state of an artefact as a whole; the kind's first where nothing has been done to it yet."""
    state = rows.states.get((artefact.key, SHARED if owner is None else owner))
    return state.state if state else artefact.kind.states[0]


def data_of(rows: CaseRows, name: str, owner: int | None) -> Mapping[str, Any]:
    state = rows.states.get((name, SHARED if owner is None else owner))
    return state.data if state else {}


def _owners(artefact: Artefact, standing: Standing) -> tuple[int | None, ...]:
    return (None,) if artefact.per == "review" else standing.parties


def _decision(
    rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers
) -> None:
    for owner in _owners(artefact, standing):
        state = state_of(rows, artefact, owner)
        values[(artefact.key, "accepted", owner)] = state == "accepted"
        values[(artefact.key, "declined", owner)] = state == "declined"


def team_functions(rows: CaseRows, standing: Standing) -> dict[int, list[str]]:
    """By party that takes part, the functions of the people of its team (the contact stands outside it)."""
    teams: dict[int, list[str]] = {party: [] for party in standing.taking_part}
    for seat in rows.seated:
        if seat.role in TEAM_ROLES and seat.party in teams:
            teams[seat.party].append(seat.function)
    return teams


def _team(rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers) -> None:
    teams = team_functions(rows, standing)
    for party, functions in teams.items():
        coordinated = any(s.role == "coordinator" and s.party == party for s in rows.seated)
        values[(artefact.key, "complete", party)] = coordinated and len(functions) >= 2 and all(functions)
        values[(artefact.key, "confirmed", party)] = state_of(rows, artefact, party) == "confirmed"


def compared(workflow: Workflow, key: str, standing: Standing, confirmed: Collection[int]) -> tuple[int, ...]:
    """The sides whose teams are held against each other: not one whose team the lead has gone on without."""
    steps = [
        step.path
        for step in workflow.walk()
        for action in step.actions.values()
        if any((effect.artefact, effect.effect) == (key, "confirm") for effect in action.does)
    ]
    return tuple(
        party
        for party in standing.taking_part
        if party in confirmed or not any(gone_on_without(standing, path, party) for path in steps)
    )


def _likeness(rows: CaseRows, workflow: Workflow, key: str, standing: Standing, values: Values) -> None:
    """Whether the teams are alike: the same for all sides. One alone is like itself."""
    confirmed = [party for party in standing.taking_part if values[(key, "confirmed", party)]]
    sides = compared(workflow, key, standing, confirmed)
    teams = team_functions(rows, standing)
    alike = len(sides) < 2 or compare({p: teams[p] for p in sides}).comparable
    for party in standing.taking_part:
        values[(key, "comparable", party)] = alike


def agreement_gaps(fields: Mapping[str, Any], parties: Iterable[int]) -> list[str]:
    """The fields of an agreement that are still empty; `wishes.<party>` where nothing is wished of one."""
    gaps = [
        key for key in ("period_from", "period_to", "report", "opening", "follow_up") if not fields.get(key)
    ]
    gaps += [f"dates.{key}" for key in DATES if not fields.get("dates", {}).get(key)]
    asked = {wish["party"] for wish in fields.get("wishes", [])}
    return gaps + [f"wishes.{party}" for party in parties if party not in asked]


def _agreement(
    rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers
) -> None:
    newest = rows.agreements[-1] if rows.agreements else None
    driving = _driving(rows, standing)
    fields = driving.fields if driving else {}
    key = artefact.key
    values[(key, "complete", None)] = newest is not None and not agreement_gaps(
        newest.fields, standing.taking_part
    )
    for party in standing.parties:
        values[(key, "confirmed", party)] = newest is not None and party in rows.confirmed[newest.id]
    for name in ("report", "opening", "follow_up", "lead_reads_materials", "lead_reads_reports"):
        values[(key, name, None)] = fields.get(name, False)
    for name in DATES:
        text = fields.get("dates", {}).get(name)
        values[(key, f"dates.{name}", None)] = when(text) if text else False


def wished_of(rows: CaseRows, standing: Standing, party: int) -> list[Mapping[str, Any]]:
    """The agreed documents of `party`, in the agreement's order; none before an agreement is in force."""
    agreement = in_force(rows, standing)
    if agreement is None:
        return []
    return [wish for wish in agreement.fields.get("wishes", []) if wish["party"] == party]


def _documents(
    rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers
) -> None:
    for party in standing.parties:
        wished = [wish["id"] for wish in wished_of(rows, standing, party)]
        met = rows.wishes_met[(artefact.key, party)]
        gone = [wish for wish in wished if wish not in met]
        key = (artefact.key, "all_accounted_for", party)
        values[key] = bool(wished) and not gone
        numbers[key] = {"missing": len(gone), "total": len(wished)}
        state, data = state_of(rows, artefact, party), data_of(rows, artefact.key, party)
        values[(artefact.key, "handed_in", party)] = state in ("handed_in", "opened")
        values[(artefact.key, "opened", party)] = bool(data.get("opened_at"))


def _questions(
    rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers
) -> None:
    for party in standing.parties:
        listed = rows.questions[(artefact.key, party)]
        # An answer that is being written is its side's draft; it counts when it has been given.
        sent = [state == "answered" for state, _ in listed if state != "draft"]
        values[(artefact.key, "some", party)] = bool(listed)
        values[(artefact.key, "sent", party)] = state_of(rows, artefact, party) != "draft"
        values[(artefact.key, "all_answered", party)] = bool(sent) and all(sent)


_HEADING = re.compile(r"[ \t]*#+ ")


def has_substance(body: str) -> bool:
    """More than a template's headings and the empty lines above them. (A text may be nothing but empty lines.)"""
    kept: list[str] = []
    headings = 0
    for line in body.split("\n"):
        if _HEADING.match(line):
            while len(kept) > headings and not kept[-1].strip():
                kept.pop()
            line, headings = "", len(kept) + 1
        kept.append(line)
    return len("\n".join(kept).strip()) >= 20


def _text(rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers) -> None:
    key = artefact.key
    for owner in _owners(artefact, standing):
        slot = SHARED if owner is None else owner
        state, data = state_of(rows, artefact, owner), data_of(rows, key, owner)
        values[(key, "ready", owner)] = has_substance(rows.texts.get((key, slot), ""))
        values[(key, "presented", owner)] = state in ("presented", "handed_over", "acknowledged")
        values[(key, "handed_over", owner)] = state in ("handed_over", "acknowledged")
        receipts = data.get("acknowledged", {})
        if owner is None:
            for party in standing.parties:
                values[(key, "acknowledged", party)] = str(party) in receipts
        else:
            values[(key, "acknowledged", owner)] = bool(receipts)


def _form(rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers) -> None:
    key = artefact.key
    if artefact.per == "person":
        required = [field["key"] for field in artefact.fields if field["required"]]
        for form in rows.forms:
            if form.artefact == key:
                filled = bool(form.answers) and all(form.answers.get(k) not in (None, "") for k in required)
                values[(key, "some", form.person_id)] = filled
                values[(key, "submitted", form.person_id)] = form.submitted_at is not None
        return
    for owner in _owners(artefact, standing):
        slot = SHARED if owner is None else owner
        values[(key, "some", owner)] = rows.follow_ups.get((key, slot), 0) > 0
        values[(key, "submitted", owner)] = state_of(rows, artefact, owner) == "submitted"


def _meeting(
    rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers
) -> None:
    for owner in _owners(artefact, standing):
        text = data_of(rows, artefact.key, owner).get("date")
        values[(artefact.key, "planned", owner)] = bool(text)
        values[(artefact.key, "held", owner)] = state_of(rows, artefact, owner) == "held"
        values[(artefact.key, "at", owner)] = date.fromisoformat(text) if text else False


def _none(rows: CaseRows, artefact: Artefact, standing: Standing, values: Values, numbers: Numbers) -> None:
    """A kind of which nothing follows: no step waits for an example."""


_KINDS: Mapping[str, Callable[[CaseRows, Artefact, Standing, Values, Numbers], None]] = {
    "decision": _decision,
    "team": _team,
    "agreement": _agreement,
    "documents": _documents,
    "questions": _questions,
    "text": _text,
    "form": _form,
    "meeting": _meeting,
    "example": _none,
}
