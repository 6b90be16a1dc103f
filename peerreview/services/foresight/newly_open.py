"""Who can read something as soon as a deed is done, asked of `may` before it is done."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.running.case import Actor, Case, See
from ...engine.running.decide import may
from ...engine.running.moves import Done, Move
from ...errors import N_, PartyName
from ..base.words import Words
from ..case.opening import OpenCase, roles_of
from ..turns.wording import in_a_row


def readers(case: OpenCase, move: Move, effect: str, state: str) -> tuple[Words, ...]:
    """A sentence for each side where somebody can read what `effect` brings into `state` and could not before: which
    of its roles."""
    return tuple(
        N_(
            "%(roles)s at %(side)s can read it at once.",
            roles=tuple(in_a_row(case.workflow.roles[role].title) for role in roles),
            side=PartyName(party),
        )
        for done in move.effects
        if done.effect == effect
        for party, roles in _new(case, move, done, state)
    )


def _new(case: OpenCase, move: Move, effect: Done, state: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    what = See(effect.artefact, "read", effect.owner, state)
    before = case.state(effect.artefact, effect.owner)
    earlier = See(effect.artefact, "read", effect.owner, before)
    for party in case.standing.taking_part:
        if party == effect.owner:
            continue
        roles: dict[str, None] = {}
        for seat in move.case.seats:
            if seat.party == party and seat.role not in roles:
                could = _sees(case.case, seat.person, earlier, case)
                if not could and _sees(move.case, seat.person, what, case):
                    roles[seat.role] = None
        if roles:
            yield party, tuple(sorted(roles, key=list(case.workflow.roles).index))


def _sees(where: Case, person: int, what: See, case: OpenCase) -> bool:
    actor = Actor(person, frozenset(roles_of(where, person, case.now)), person in where.conflicted)
    return bool(may(where, actor, what, case.now))
