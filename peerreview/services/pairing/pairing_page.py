"""The pairing of a round, as its lead sees it: the best set with its reasons, what else there is and what that costs,
who would rather have whom, what has been proposed already. It decides nothing: see
`services.pairing.choose_pairing`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ...errors import N_, Invalid, Message, NotFound
from ...matching.pairing import Group, Matching, Pairing, Partner
from ...matching.reasons import Reason, title
from ...matching.scoring import features
from ...store.mail import planned
from ...store.review import rounds as store
from ...store.review.rounds import Pairing as Kept
from ..base.house import Account, House
from ..base.words import Words
from ..case.opening import OpenCase
from ..conflicts.conflicts_page import own_in
from ..frame.round_head import RoundHead, head_of_round
from ..rounds.round_case import looking_in
from .pairing_input import MONTHS, OWN_WEIGHTS, TITLES, Child, Field, Settings, field_of

ALTERNATIVES = 3


@dataclass(frozen=True)
class Share:
    """What a feature adds to a group's score, in points of a hundred, and in words."""

    feature: str
    title: Words
    points: int
    words: tuple[Message, ...]


@dataclass(frozen=True)
class GroupView:
    """A pair, or a ring in which each reviews the next. `members`: (id, name). Beside what was shown before: `before`,
    its points then; `new`: it was not there. `busy`: who of them has a review under way already, and with whom."""

    members: tuple[tuple[int, str], ...]
    points: int
    shares: tuple[Share, ...]
    fixed: bool
    new: bool = False
    before: int | None = None
    busy: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Changes:
    """What became of the set that was shown before the lead set something else: how many groups are `new`, which are
    `gone` (names, points), and the total then."""

    new: int
    gone: tuple[tuple[tuple[str, ...], int], ...]
    total: int


@dataclass(frozen=True)
class SetView:
    """A set of groups; `key` names exactly it. `cost`: points below the best set's total, `instead`: its groups that
    the best set lacks."""

    key: str
    groups: tuple[GroupView, ...]
    total: int
    cost: float
    instead: tuple[GroupView, ...]


@dataclass(frozen=True)
class PartnerView:
    """Two that are not in one group, and what their pair would score; `now`: what each one's group scores (None: it
    has none)."""

    name: str
    partner: str
    points: int
    now: tuple[int | None, int | None]


@dataclass(frozen=True)
class Weight:
    """`said`: whether anybody has said something that it can weigh."""

    feature: str
    title: Words
    value: float
    said: bool


@dataclass(frozen=True)
class KeptView:
    """A set that was kept, and when it was chosen: by whom and why."""

    number: int
    made_at: datetime
    made_by: str
    groups: tuple[str, ...]
    total: int
    chosen_at: datetime | None
    chosen_by: str
    why: str


@dataclass(frozen=True)
class PairingView:
    """`sets`: the best, then the next best. `unmatched`: (name, the rules in the way). `fault`: why what the lead has
    fixed cannot be (the sets are without it)."""

    head: RoundHead
    settings: Settings
    organisations: tuple[tuple[int, str], ...]
    weights: tuple[Weight, ...]
    sets: tuple[SetView, ...]
    unmatched: tuple[tuple[str, tuple[Message, ...]], ...]
    next_partners: tuple[PartnerView, ...]
    would_rather: tuple[PartnerView, ...]
    children: tuple[Child, ...]
    kept: tuple[KeptView, ...]
    may_write: bool
    fault: Message | None
    changes: Changes | None
    busy: tuple[tuple[str, tuple[str, ...]], ...] = ()
    conflicts: tuple[str, ...] = ()


# A set as it was shown: by the ids of its members, the points of each group.
Shown = Mapping[tuple[int, ...], int]


def pairing(
    house: House,
    *,
    actor: Account,
    round_id: int,
    settings: Settings | None = None,
    was: Shown | None = None,
    now: datetime,
) -> PairingView:
    """What `settings` lead to (None: those that were kept last), beside what was shown before. NotFound for all but
    the lead."""
    with looking_in(house, round_id=round_id, actor=actor, now=now) as case:
        if not case.sees("pairs", "read"):
            raise NotFound(f"pairing of {round_id}")
        kept = store.pairings(case.session, round_id)
        asked = settings or Settings.from_json(kept[0].settings if kept else {})
        worked = Worked(field_of(case), asked)
        sets = worked.sets()
        own = own_in(case.session, actor, worked.field.names)
        changes = worked.changes(sets[0], was) if was and sets else None
        return PairingView(
            head=head_of_round(case),
            settings=worked.settings,
            organisations=tuple(worked.field.names.items()),
            weights=worked.weights(),
            sets=(_beside(sets[0], was), *sets[1:]) if was and sets else sets,
            unmatched=worked.unmatched(),
            next_partners=worked.partners(worked.matching.next_partners()),
            would_rather=worked.partners(worked.matching.would_rather()),
            children=worked.field.children,
            kept=_kept(case, kept),
            may_write=case.sees("pairs", "write"),
            fault=worked.fault,
            changes=changes,
            busy=worked.field.busy,
            conflicts=tuple(name for id, name in worked.field.names.items() if id in own),
        )


def _beside(best: SetView, was: Shown) -> SetView:
    """With what each group was worth before."""
    then = {frozenset(members): points for members, points in was.items()}
    groups = []
    for group in best.groups:
        before = then.get(frozenset(id for id, _ in group.members))
        groups.append(replace(group, new=before is None, before=before))
    return replace(best, groups=tuple(groups))


class Worked:
    """What settings lead to in a round as it is now."""

    def __init__(self, field: Field, settings: Settings):
        self.field, self.settings = field, settings.only(field.names)
        self.ids = {name: id for id, name in field.names.items()}
        self.fault: Message | None = None
        try:
            self.matching = Matching(field.round_of(self.settings))
        except Invalid as error:
            (self.fault,) = error.errors.values()
            self.matching = Matching(field.round_of(replace(self.settings, fixed=())))
        self.best = self.matching.pairing()

    def pairings(self) -> list[tuple[Pairing, float]]:
        """The best set and the next best that leave nobody more without a partner, with what each costs."""
        others = self.matching.alternatives(ALTERNATIVES)
        return [(self.best, 0.0), *((one.pairing, one.cost) for one in others if not one.unplaced)]

    def sets(self) -> tuple[SetView, ...]:
        if not self.best.groups:
            return ()
        best = {frozenset(group.members) for group in self.best.groups}
        return tuple(
            SetView(
                key=self.key(found),
                groups=(groups := tuple(map(self.group, found.groups))),
                total=sum(group.points for group in groups),
                cost=cost * 100,
                instead=tuple(g for g in groups if frozenset(name for _, name in g.members) not in best),
            )
            for found, cost in self.pairings()
        )

    def changes(self, best: SetView, was: Shown) -> Changes:
        now = {frozenset(id for id, _ in group.members) for group in best.groups}
        then = {frozenset(members) for members in was}
        gone = [
            (tuple(self.field.names[id] for id in members), points)
            for members, points in was.items()
            if frozenset(members) not in now and all(id in self.field.names for id in members)
        ]
        return Changes(len(now - then), tuple(gone), sum(was.values()))

    def key(self, found: Pairing) -> str:
        """ "3-8,4-5-6": the ids of each group in its order."""
        return ",".join("-".join(str(self.ids[name]) for name in group.members) for group in found.groups)

    def group(self, group: Group) -> GroupView:
        members = tuple((self.ids[name], name) for name in group.members)
        pair = tuple(sorted(id for id, _ in members))
        points = points_of([reason.share for reason in group.reasons])
        return GroupView(
            members=members,
            points=sum(points),
            shares=tuple(
                Share(reason.feature, name_of(reason.feature), of_it, self._words(reason, members))
                for reason, of_it in zip(group.reasons, points, strict=True)
            ),
            fixed=pair in self.settings.fixed,
            busy=tuple(one for one in self.field.busy if one[0] in group.members),
        )

    def _words(self, reason: Reason, members: Sequence[tuple[int, str]]) -> tuple[Message, ...]:
        if reason.feature != MONTHS:
            return reason.words
        said = [
            N_("%(name)s cannot in %(months)s", name=name, months=", ".join(self.field.not_months[id]))
            for id, name in members
            if self.field.not_months[id]
        ]
        return tuple(said) or (N_("none of them has ruled out a month"),)

    def unmatched(self) -> tuple[tuple[str, tuple[Message, ...]], ...]:
        return tuple((one.organisation, one.rules) for one in self.best.unmatched)

    def weights(self) -> tuple[Weight, ...]:
        known = {**features(self.matching.profiles), **OWN_WEIGHTS}
        found = []
        for feature, usual in known.items():
            value = self.settings.weights.get(feature, usual)
            said = feature in self.matching.scores.weights or not value
            found.append(Weight(feature, name_of(feature), value, said))
        return tuple(found)

    def partners(self, found: Iterable[Partner]) -> tuple[PartnerView, ...]:
        held = {name: round(group.score * 100) for group in self.best.groups for name in group.members}
        return tuple(
            PartnerView(
                one.organisation,
                one.partner,
                round(one.score * 100),
                (held.get(one.organisation), held.get(one.partner)),
            )
            for one in found
        )


def name_of(feature: str) -> Words:
    return TITLES.get(feature) or title(feature)


def points_of(shares: Sequence[float]) -> list[int]:
    """Whole points of a hundred that add up to the whole's: the largest remainders are rounded up."""
    whole = [int(share * 100) for share in shares]
    missing = round(sum(shares) * 100) - sum(whole)
    rest = sorted(range(len(shares)), key=lambda n: (whole[n] - shares[n] * 100, n))
    for n in rest[:missing]:
        whole[n] += 1
    return whole


def _kept(case: OpenCase, rows: Sequence[Kept]) -> tuple[KeptView, ...]:
    people = {id for row in rows for id in (row.made_by, row.chosen_by) if id is not None}
    names = {id: one.name for id, one in planned.people(case.session, people).items()}
    members = {party.organisation_id: party.name for party in case.rows.parties}
    return tuple(
        KeptView(
            number=row.number,
            made_at=row.made_at,
            made_by=names[row.made_by],
            groups=tuple(" – ".join(members[id] for id in group["members"]) for group in row.groups),
            total=round(row.total * 100),
            chosen_at=row.chosen_at,
            chosen_by=names[row.chosen_by] if row.chosen_by else "",
            why=row.why,
        )
        for row in rows
    )
