"""What a conflict of interest takes away, and from whom (engine.md 3): the roles in a definition say it.

Everything that asks who may, whose turn it is and who is told of a task asks here. What it takes from one lead is the
others' to do; where all leads have one, it is nobody's, and that is an alarm.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import N_, Message
from ..language.definition import Action, Right
from .case import Actor, Case, Seat, See

# Told to whoever has one, before any other reason.
WHY = N_("you have a conflict of interest here, and somebody else does this")
NOBODY = N_("all project leads have a conflict of interest here, and nobody can do this now")
UNSEEN = N_("you have a conflict of interest here, and are not shown this")
# As the party of what is the network's.
NETWORK = -1


def why(case: Case) -> Message:
    """Why whoever has one does not do it: somebody else does, where there is somebody."""
    return NOBODY if is_nobodys(case) else WHY


def takes_action(case: Case, actor: Actor, action: Action) -> bool:
    """Whether every role by which the actor could do it is one that loses it."""
    if not actor.conflicted:
        return False
    roles = {ref.role for ref in action.by} & {role for role, _ in actor.roles}
    return bool(roles) and all(action.key in case.workflow.roles[role].loses_actions for role in roles)


def takes_right(case: Case, actor: Actor, role: str, what: See) -> bool:
    """Whether it takes this right from the role."""
    if not actor.conflicted or role not in case.workflow.roles:
        return False
    lost = case.workflow.roles[role].loses
    return Right(what.artefact, what.verb) in lost or Right(what.artefact, what.verb, what.state) in lost


def never(case: Case, actor: Actor, what: See) -> bool:
    """Whether it keeps the actor from this in every step, by a role of the network: then nothing else that is wanting
    is the reason."""
    network = (role for role, party in actor.roles if party is None)
    return any(takes_right(case, actor, role, what) for role in network)


def able(case: Case, action: Action, seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """Of those whose action it is the ones from whom nothing takes it."""
    return tuple(
        seat
        for seat in seats
        if seat.person not in case.conflicted
        or seat.role not in case.workflow.roles
        or action.key not in case.workflow.roles[seat.role].loses_actions
    )


def without(case: Case, seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """The seats without the network's people who have one."""
    return tuple(seat for seat in seats if seat.party >= 0 or seat.person not in case.conflicted)


def network_roles(case: Case) -> tuple[str, ...]:
    """The roles of the network that lose something by one."""
    roles = case.workflow.roles.values()
    return tuple(r.key for r in roles if r.of == "network" and (r.loses or r.loses_actions))


def is_nobodys(case: Case) -> bool:
    """Whether all who lead the network have one, so that nobody can do what it takes away."""
    return bool(case.leads) and case.conflicted.issuperset(case.leads) and bool(network_roles(case))
