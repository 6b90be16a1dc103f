"""What all have answered, for the lead: averages, distributions, sums, and texts without names.

Answers are counted in by threes (see `anonymity`), each question's for itself, and one or two left over at the end are
never shown. Hours are put together when the evaluation is over: they are told by function too, which can be done once
alone. Texts stand in an order that has to do neither with time nor with who wrote them, another one for each question.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine.language.definition import Artefact
from ...engine.running.case import OVER
from ...errors import N_, Message, Text
from ...store.review.rows import FormRow
from ..case.opening import OpenCase
from .anonymity import LEAST, pooled, whole
from .hours_page import people_told_of

OTHERS = N_("Other functions together")


@dataclass(frozen=True)
class Count:
    """How many have handed in, of how many who were asked; `over`: no more will come."""

    answered: int
    asked: int
    over: bool


@dataclass(frozen=True)
class ScaleResult:
    """`counts`: how many chose 1, 2, 3, 4, 5; nothing of it where fewer than three chose (`average` None)."""

    label: Text
    answers: int
    average: float | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class HoursResult:
    """`by_function`: (function, people, hours), each of at least three people. `average` None as above; `withheld`: it
    would differ from the page of hours by one or two people."""

    label: Text
    people: int
    total: float
    average: float | None
    by_function: tuple[tuple[Text | Message, int, float], ...]
    withheld: bool = False


@dataclass(frozen=True)
class TextResult:
    label: Text
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Compiled:
    """`forms`: how many answers stand behind it; `left`: how many have been given and are not shown."""

    forms: int
    left: int
    scales: tuple[ScaleResult, ...]
    hours: tuple[HoursResult, ...]
    texts: tuple[TextResult, ...]


def counted(case: OpenCase, artefact: Artefact) -> Count:
    """How many have answered; not who."""
    states = [
        mark.state
        for (path, scope), mark in case.standing.marks.items()
        if scope.person is not None and _asks(case, path, artefact)
    ]
    answered = len(_submitted(case, artefact))
    over = bool(case.standing.ended) or (bool(states) and all(state in OVER for state in states))
    return Count(answered, max(answered, len(states)), over)


def compiled(case: OpenCase, artefact: Artefact) -> Compiled | None:
    """The answers put together, for the reader: theirs is not among them. None while there are fewer than three."""
    reader = case.account.person_id if case.account else None
    given = [form for form in _submitted(case, artefact) if form.person_id != reader]
    over = counted(case, artefact).over
    forms = whole(given)
    if len(forms) < LEAST or not _may_show(case, artefact, given, over):
        return None
    by_kind: dict[str, list[Any]] = defaultdict(list)
    for asked in artefact.fields:
        by_kind[asked["kind"]].append(asked)
    hours = by_kind["hours"] if over else ()
    return Compiled(
        forms=len(forms),
        left=len(given) - len(forms),
        scales=tuple(_scale(asked["label"], _given(forms, asked["key"])) for asked in by_kind["scale"]),
        hours=tuple(_hours(case, asked["label"], asked["key"], forms) for asked in hours),
        texts=tuple(_texts(case, asked["label"], asked["key"], forms) for asked in by_kind["text"]),
    )


def _may_show(case: OpenCase, artefact: Artefact, given: Sequence[FormRow], over: bool) -> bool:
    """Where some have been sent back and asked again, what has been shown before differs by what these have changed:
    it is shown anew when all is over, and three of them have answered."""
    again = {
        scope.person
        for (path, scope), mark in case.standing.marks.items()
        if scope.person is not None and mark.visit > 1 and _asks(case, path, artefact)
    }
    return not again or (over and sum(form.person_id in again for form in given) >= LEAST)


def _asks(case: OpenCase, path: str, artefact: Artefact) -> bool:
    actions = case.workflow.by_path[path].actions.values()
    return any((e.artefact, e.effect) == (artefact.key, "submit") for a in actions for e in a.does)


def _submitted(case: OpenCase, artefact: Artefact) -> list[FormRow]:
    forms = [f for f in case.rows.forms if f.artefact == artefact.key and f.submitted_at is not None]
    return sorted(forms, key=lambda form: (str(form.submitted_at), form.id))


def _answered(forms: Iterable[FormRow], key: str) -> Sequence[FormRow]:
    """Those that have answered a question, as many as are shown."""
    return whole([form for form in forms if form.answers.get(key) not in (None, "")])


def _given(forms: Iterable[FormRow], key: str) -> list[Any]:
    return [form.answers[key] for form in _answered(forms, key)]


def _scale(label: Text, chosen: Sequence[int]) -> ScaleResult:
    if len(chosen) < LEAST:
        return ScaleResult(label, 0, None, (0, 0, 0, 0, 0))
    counts, average = Counter(chosen), sum(chosen) / len(chosen)
    return ScaleResult(label, len(chosen), average, tuple(counts[n] for n in range(1, 6)))


def _hours(case: OpenCase, label: Text, key: str, forms: Sequence[FormRow]) -> HoursResult:
    groups: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for form in _answered(forms, key):
        # The function that they had when they answered: a row must not change with what somebody becomes later.
        groups[form.function].append((form.person_id, float(form.answers[key])))
    all_of_them = [one for several in groups.values() for one in several]
    if len(all_of_them) < LEAST:
        return HoursResult(label, 0, 0.0, None, ())
    told = pooled(groups)
    if _differ_by_few(case, [*told.values(), all_of_them]):
        return HoursResult(label, 0, 0.0, None, (), withheld=True)
    total = sum(hours for _, hours in all_of_them)
    rows = tuple(
        (_title(case, function), len(several), sum(hours for _, hours in several))
        for function, several in told.items()
    )
    return HoursResult(label, len(all_of_them), total, total / len(all_of_them), rows)


def _differ_by_few(case: OpenCase, sums: Iterable[Sequence[tuple[int, float]]]) -> bool:
    """Whether one of these sums is of the same people as one on the page of hours but for one or two, whose hours could
    then be found by subtraction: what is answered here is filled in from there."""
    there = people_told_of(case)
    here = [frozenset(person for person, _ in several) for several in sums]
    return any(0 < len(one ^ other) < LEAST for one in here for other in there)


def function_of(case: OpenCase, person_id: int) -> str:
    """A person's function; of a management contact, who has none, the role."""
    for seat in case.rows.seats:
        if person_id in (seat.person_id, seat.deputy_id):
            return seat.function or f"role:{seat.role}"
    return ""


def _title(case: OpenCase, function: str) -> Text | Message:
    if function == "*":
        return OTHERS
    if function.startswith("role:"):
        role = case.workflow.roles.get(function.removeprefix("role:"))
        return role.title if role else OTHERS
    return case.workflow.functions.get(function) or OTHERS


def _texts(case: OpenCase, label: Text, key: str, forms: Iterable[FormRow]) -> TextResult:
    def order(text: str) -> str:
        return hashlib.sha256(f"{case.review.id}/{key}/{text}".encode()).hexdigest()

    return TextResult(label, tuple(sorted(map(str, _given(forms, key)), key=order)))
