"""The names that a definition gives and uses, as plain lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter

from .schema import StepModel

# What a subject or text of a mail may have between braces.
GAPS = frozenset(("review", "own", "reviews", "reviewed_by", "due", "step"))


def actions_of(steps: Mapping[str, StepModel]) -> set[str]:
    found: set[str] = set()
    for model in steps.values():
        found |= set(model.actions) | actions_of(model.steps) | actions_of(model.together)
    return found


def paths_of(steps: Mapping[str, StepModel], parent: str = "") -> Iterable[str]:
    for key, model in steps.items():
        path = f"{parent}/{key}" if parent else key
        yield path
        yield from paths_of(model.steps, path)
        yield from paths_of(model.together, path)


def gaps_of(text: str) -> list[str] | None:
    """What stands between braces; None where a brace has no other."""
    try:
        return [gap for _, gap, _, _ in Formatter().parse(text) if gap is not None]
    except ValueError:
        return None
