"""What a round's pairing follows from: who is interested and still without a partner, their profiles, what the lead
has set. Wishes and exclusions are for the lead's eyes alone: whoever calls asks `pairs.read` first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...errors import N_, Message
from ...matching.pairing import Round
from ...matching.profiles import Profile, of_one_type
from ...matching.rules import DEFAULT_YEARS, Rules
from ...rendering import words
from ...store.people.organisations import Organisation, organisations
from ...store.review import rounds as store
from ...store.review.rounds import Interest
from ..case.opening import OpenCase, opened_many
from ..case.round_facts import DECLINED
from ..deeds.begin_reviews import USUAL
from ..organisations import who_met
from ..rounds import begin_chosen_pairs as pairs
from ..rounds.interest_page import LEVELS, themes_of

# Beside those of the matching room: what a round asks and a profile does not hold.
PERSPECTIVES, MONTHS = "perspectives", "months"
OWN_WEIGHTS: Mapping[str, float] = {PERSPECTIVES: 1.0, MONTHS: 1.0}
TITLES: Mapping[str, Message] = {
    PERSPECTIVES: N_("Perspectives"),
    MONTHS: N_("Months when they can"),
}
# Stands for every month that nobody has excepted.
OTHER_MONTHS = "-"
Pair = tuple[int, int]


@dataclass(frozen=True)
class Settings:
    """What the lead has set; pairs and `without` are ids of organisations, the smaller first. What is `fixed` may be a
    ring of three as well; which way round it goes follows from the scores."""

    weights: Mapping[str, float] = field(default_factory=dict)
    years: int = DEFAULT_YEARS
    fixed: tuple[tuple[int, ...], ...] = ()
    forbidden: tuple[Pair, ...] = ()
    conflicts: tuple[Pair, ...] = ()
    without: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        pairs = {name: [list(pair) for pair in getattr(self, name)] for name in _PAIRS}
        return {"weights": dict(self.weights), "years": self.years, "without": list(self.without), **pairs}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Settings:
        pairs: dict[str, Any] = {name: tuple(map(tuple, kept.get(name, ()))) for name in _PAIRS}
        return cls(
            weights=kept.get("weights", {}),
            years=kept.get("years", DEFAULT_YEARS),
            without=tuple(kept.get("without", ())),
            **pairs,
        )

    def only(self, known: Iterable[int]) -> Settings:
        """Without what is about organisations that are not to be paired now."""
        there = set(known)
        pairs: dict[str, Any] = {
            name: tuple(pair for pair in getattr(self, name) if there.issuperset(pair)) for name in _PAIRS
        }
        return replace(self, without=tuple(id for id in self.without if id in there), **pairs)


_PAIRS = ("fixed", "forbidden", "conflicts")


@dataclass(frozen=True)
class Side:
    """An organisation in a child review, and how it has answered: "open", "accepted", "declined"."""

    organisation: int
    name: str
    answer: str
    reason: str = ""


@dataclass(frozen=True)
class Child:
    """A review of the round. `held`: its organisations have their partners; else it did not come about."""

    review_id: int
    sides: tuple[Side, ...]
    held: bool
    ended: bool


@dataclass(frozen=True)
class Field:
    """Everybody that could be paired now, by id in Swedish order, and what came of earlier proposals. `busy`: who of
    them has a review under way already, and with whom."""

    names: Mapping[int, str]
    profiles: Mapping[int, Profile]
    not_months: Mapping[int, tuple[str, ...]]
    children: tuple[Child, ...]
    year: int
    busy: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def round_of(self, settings: Settings) -> Round:
        taking_part = of_one_type(one for id, one in self.profiles.items() if id not in settings.without)
        return Round(
            taking_part,
            Rules(
                year=self.year,
                years=settings.years,
                forbidden=self._named(settings.forbidden),
                conflicts=self._named(settings.conflicts),
                declined=self._named(self.declined()),
            ),
            {**OWN_WEIGHTS, **settings.weights},
            [
                tuple(self.names[id] for id in group)
                for group in settings.fixed
                if not set(group) & set(settings.without)
            ],
        )

    def _named(self, pairs: Iterable[Pair]) -> frozenset[frozenset[str]]:
        return frozenset(
            frozenset((self.names[a], self.names[b])) for a, b in pairs if a in self.names and b in self.names
        )

    def declined(self) -> list[Pair]:
        """Whoever declined, with each of those that it was to review with."""
        return [
            (min(no.organisation, other.organisation), max(no.organisation, other.organisation))
            for child in self.children
            for no in child.sides
            for other in child.sides
            if no.answer == DECLINED and other is not no
        ]


def field_of(case: OpenCase) -> Field:
    """Those who have said that they are interested and are in no review of the round that has come about."""
    session = case.session
    said = store.interests(session, case.review.id)
    wanting = {
        case.rows.parties[party].organisation_id: said[party]
        for party in pairs.free_parties(case)
        if party in said
    }
    rows = {row.id: row for row in organisations(session) if row.id in wanting}
    names = {row.id: row.name for row in organisations(session)}
    reviewed = _reviewed(case, names)
    excepted = frozenset(month for interest in wanting.values() for month in interest.not_months)
    return Field(
        names={id: row.name for id, row in rows.items()},
        profiles={
            id: _profile(case, row, wanting[id], reviewed.get(id, ()), names, excepted)
            for id, row in rows.items()
        },
        not_months={
            id: tuple(words.month(month, _language(case)) for month in interest.not_months)
            for id, interest in wanting.items()
        },
        children=_children(case, names),
        year=session.get_one(store.Round, case.review.id).year,
        busy=_busy(case, rows, names),
    )


def _busy(
    case: OpenCase, free: Iterable[int], names: Mapping[int, str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    partners: dict[int, list[str]] = defaultdict(list)
    for one in who_met.meetings(case.house, case.session):
        for member in one.members if one.running else ():
            partners[member] += [names[other] for other in one.members if other != member]
    return tuple((names[id], tuple(dict.fromkeys(partners[id]))) for id in free if id in partners)


def _profile(
    case: OpenCase,
    row: Organisation,
    interest: Interest,
    reviewed: Sequence[tuple[str, int]],
    names: Mapping[int, str],
    excepted: frozenset[str],
) -> Profile:
    """In the words of the reader's language: whatever is said of the pairing is said to them."""
    say = words.sayer(_language(case))
    attributes = {name: _attribute(value) for name, value in row.attributes.items()}
    if interest.perspectives:
        titles = case.workflow.perspectives
        attributes[PERSPECTIVES] = frozenset(
            say(titles[one]) for one in interest.perspectives if one in titles
        )
    if excepted:
        attributes[MONTHS] = excepted - frozenset(interest.not_months) | {OTHER_MONTHS}
    return Profile(
        organisation=row.name,
        unit_level=say(LEVELS[interest.unit_level]) if interest.unit_level in LEVELS else "",
        population=row.population or None,
        hospitals=row.hospitals,
        university_hospital=row.university_hospital,
        healthcare_region=frozenset(filter(None, map(str.strip, row.healthcare_region.split("/")))),
        wants=tuple(say(one) for one in themes_of(case.workflow, interest.wants)),
        offers=tuple(say(one) for one in themes_of(case.workflow, interest.offers)),
        wishes=tuple(names[id] for id in interest.wishes if id in names),
        excludes=tuple(names[id] for id in interest.excludes if id in names),
        reviewed=tuple(reviewed),
        attributes=attributes,
    )


def _language(case: OpenCase) -> str:
    return case.account.language if case.account else "sv"


def _attribute(value: Any) -> float | frozenset[str]:
    return float(value) if isinstance(value, int | float) else frozenset(value)


def _reviewed(case: OpenCase, names: Mapping[int, str]) -> Mapping[int, list[tuple[str, int]]]:
    """By organisation, the names of those that it has met in reviews as the round's are, and when."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for one in who_met.meetings(case.house, case.session, workflow=USUAL):
        for member in one.members:
            found[member] += [(names[other], one.year) for other in one.members if other != member]
    return found


def _children(case: OpenCase, names: Mapping[int, str]) -> tuple[Child, ...]:
    """The round's reviews with each side's answer, as the lead sees them."""
    ends = {child.id: child.end for child in pairs.children_of(case.session, case.review.id)}
    opened = opened_many(case.house, case.session, ends, account=case.account, now=case.now)
    return tuple(
        Child(
            review_id=one.review.id,
            sides=tuple(
                Side(party.organisation_id, names[party.organisation_id], *_answer(one, party.position))
                for party in one.rows.parties
            ),
            held=ends[one.review.id] not in pairs.FREEING,
            ended=ends[one.review.id] is not None,
        )
        for one in sorted(opened, key=lambda one: one.review.id)
    )


def _answer(case: OpenCase, party: int) -> tuple[str, str]:
    """("open" | "accepted" | "declined", the reason of one that declined)."""
    for artefact in case.artefacts_of("decision"):
        if case.sees(artefact.key, "read", party):
            data = case.data(artefact.key, party)
            return case.state(artefact.key, party), str(data.get("reason", ""))
    return "", ""
