"""What all have answered, for the lead: averages, distributions, sums, and texts without names.

Never fewer than three answers at a time. While the evaluation runs, answers are counted in by threes, so that
nobody's can be told from the difference between two looks; when it is over, all that came are there. Sums by
function pool functions until at least three people stand behind each. Texts stand in an order that has to do
neither with time nor with who wrote them, another one for each question.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..engine.case import OVER
from ..engine.definition import Artefact
from ..errors import N_, Message, Text
from ..store.rows import FormRow
from .cases import OpenCase

LEAST = 3
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
    """`by_function`: (function, people, hours), each of at least three people. `average` None as above."""

    label: Text
    people: int
    total: float
    average: float | None
    by_function: tuple[tuple[Text | Message, int, float], ...]


@dataclass(frozen=True)
class TextResult:
    label: Text
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Compiled:
    """`forms`: how many answers stand behind it."""

    forms: int
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
    """The answers put together; None while there are fewer than three."""
    forms = _submitted(case, artefact)
    if not counted(case, artefact).over:
        forms = forms[: len(forms) // LEAST * LEAST]
    if len(forms) < LEAST:
        return None
    by_kind: dict[str, list[Any]] = defaultdict(list)
    for asked in artefact.fields:
        by_kind[asked["kind"]].append(asked)
    return Compiled(
        forms=len(forms),
        scales=tuple(_scale(asked["label"], _given(forms, asked["key"])) for asked in by_kind["scale"]),
        hours=tuple(_hours(case, asked["label"], asked["key"], forms) for asked in by_kind["hours"]),
        texts=tuple(_texts(case, asked["label"], asked["key"], forms) for asked in by_kind["text"]),
    )


def _asks(case: OpenCase, path: str, artefact: Artefact) -> bool:
    actions = case.workflow.by_path[path].actions.values()
    return any((e.artefact, e.effect) == (artefact.key, "submit") for a in actions for e in a.does)


def _submitted(case: OpenCase, artefact: Artefact) -> list[FormRow]:
    forms = [f for f in case.rows.forms if f.artefact == artefact.key and f.submitted_at is not None]
    return sorted(forms, key=lambda form: (str(form.submitted_at), form.id))


def _given(forms: Iterable[FormRow], key: str) -> list[Any]:
    return [form.answers[key] for form in forms if form.answers.get(key) not in (None, "")]


def _scale(label: Text, chosen: Sequence[int]) -> ScaleResult:
    if len(chosen) < LEAST:
        return ScaleResult(label, 0, None, (0, 0, 0, 0, 0))
    counts, average = Counter(chosen), sum(chosen) / len(chosen)
    return ScaleResult(label, len(chosen), average, tuple(counts[n] for n in range(1, 6)))


def _hours(case: OpenCase, label: Text, key: str, forms: Sequence[FormRow]) -> HoursResult:
    groups: dict[str, list[float]] = defaultdict(list)
    for form in forms:
        if form.answers.get(key) not in (None, ""):
            groups[_function(case, form.person_id)].append(float(form.answers[key]))
    people = sum(map(len, groups.values()))
    if people < LEAST:
        return HoursResult(label, 0, 0.0, None, ())
    total = sum(map(sum, groups.values()))
    rows = tuple(
        (_title(case, function), len(hours), sum(hours)) for function, hours in _pooled(groups).items()
    )
    return HoursResult(label, people, total, total / people, rows)


def _pooled(groups: dict[str, list[float]]) -> dict[str, list[float]]:
    """Functions with fewer than three people in one group, into which the smallest others go until it has three."""
    left = dict(sorted(groups.items(), key=lambda item: (len(item[1]), item[0])))
    small: list[float] = []
    while left and (len(next(iter(left.values()))) < LEAST or 0 < len(small) < LEAST):
        small += left.pop(next(iter(left)))
    shown = dict(sorted(left.items()))
    return {**shown, "*": small} if len(small) >= LEAST else shown


def _function(case: OpenCase, person_id: int) -> str:
    """A person's function; of a management contact, who has none, the role."""
    for seat in case.rows.seats:
        if person_id in (seat.person_id, seat.deputy_id):
            return seat.function or f"role:{seat.role}"
    return ""


def _title(case: OpenCase, function: str) -> Text | Message:
    if function == "*":
        return OTHERS
    if function.startswith("role:"):
        return case.workflow.roles[function.removeprefix("role:")].title
    return case.workflow.functions.get(function) or OTHERS


def _texts(case: OpenCase, label: Text, key: str, forms: Iterable[FormRow]) -> TextResult:
    def order(text: str) -> str:
        return hashlib.sha256(f"{case.review.id}/{key}/{text}".encode()).hexdigest()

    return TextResult(label, tuple(sorted(map(str, _given(forms, key)), key=order)))
