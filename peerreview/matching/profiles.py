"""What an organisation is like and what it wants from a round: the input of the pairing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..letters import composed


def key(text: str) -> str:
    """The same for two ways of writing one thing: case, blanks and composed letters do not matter."""
    return " ".join(composed(text).split()).casefold()


@dataclass(frozen=True)
class Profile:
    """None and empty mean not known, or nothing said. Names in lists are those of other profiles.

    `reviewed` holds who it has met in a review, and the year. `attributes` are free: a number, or a set of
    words, by the attribute's name."""

    organisation: str
    unit_level: str = ""
    population: int | None = None
    hospitals: int | None = None
    university_hospital: bool | None = None
    healthcare_region: frozenset[str] = frozenset()
    wants: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    reviewed: tuple[tuple[str, int], ...] = ()
    attributes: Mapping[str, float | frozenset[str]] = field(default_factory=dict)


def of_one_type(profiles: Iterable[Profile]) -> list[Profile]:
    """Where an attribute is a number of some and words of others, it is words of all: so any two are compared alike."""
    found = list(profiles)
    worded = {name for one in found for name, value in one.attributes.items() if isinstance(value, frozenset)}
    return [
        replace(
            one,
            attributes={
                name: frozenset({f"{value:g}"})
                if name in worded and isinstance(value, int | float)
                else value
                for name, value in one.attributes.items()
            },
        )
        for one in found
    ]


def in_order(profiles: Iterable[Profile]) -> list[Profile]:
    """By name: the pairing must not depend on the order in which profiles come."""
    return sorted(profiles, key=lambda profile: (key(profile.organisation), profile.organisation))


def places(profiles: Iterable[Profile]) -> dict[str, int]:
    return {key(profile.organisation): k for k, profile in enumerate(profiles)}
