"""Beginning a round's reviews: its children, each a case of its own, from the pairing that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...errors import N_, Invalid, Refused
from ...store.people.organisations import organisations
from ...store.review import rounds as store
from ...store.review.reviews import Review
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..case.round_facts import FREEING as FREEING
from ..deeds import begin_reviews, own_employer
from ..deeds.change import fire
from ..frame.round_head import do_of, place_of
from ..organisations import who_met
from .round_case import changing_in


@dataclass(frozen=True)
class Child:
    """A review of a round. `members`: the organisations' ids in ring order; `end` None: it runs."""

    id: int
    members: tuple[int, ...]
    end: str | None


def children_of(session: Session, round_id: int) -> list[Child]:
    """Every review of the round, the oldest first."""
    found = []
    for id in store.children(session, round_id):
        review = session.get_one(Review, id)
        found.append(Child(id, tuple(store.members_of(session, id)), review.ended))
    return found


def bound(session: Session, round_id: int) -> set[int]:
    """The organisations that have a review in the round, begun or done."""
    return {
        member
        for child in children_of(session, round_id)
        if child.end not in FREEING
        for member in child.members
    }


def free_parties(case: OpenCase) -> tuple[int, ...]:
    """The parties of a round that are interested and in no review of it: who can be paired."""
    taken = bound(case.session, case.review.id)
    return tuple(
        party
        for party in case.standing.taking_part
        if case.state("interest", party) == "interested"
        and case.rows.parties[party].organisation_id not in taken
    )


def begin_chosen(house: House, *, actor: Account, round_id: int, meant: str = "", now: datetime) -> list[int]:
    """Begin a review for each group of the pairing that was chosen last, where it has not begun; gives their ids.

    What has been declined meanwhile stays: only who is free is asked. Raises Refused, Invalid (organisations; meant,
    where something is asked back first)."""
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        chosen = store.chosen_pairing(case.session, round_id)
        if chosen is None:
            raise Refused(N_("no pairing has been chosen yet"))
        groups = [tuple(group["members"]) for group in chosen.groups]
        _ask_back(case, actor, groups, meant)
        return begin_groups(case, actor, groups)


def begin_by_hand(
    house: House, *, actor: Account, round_id: int, parties: Sequence[int], meant: str = "", now: datetime
) -> int:
    """Begin one review between parties that the lead has picked. Raises as `begin_chosen` does."""
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        if not set(parties) <= set(case.standing.parties):
            raise Invalid(organisations=N_("Choose organisations from the list."))
        members = tuple(case.rows.parties[party].organisation_id for party in parties)
        _ask_back(case, actor, [members], meant)
        return begin_groups(case, actor, [members])[0]


def _ask_back(case: OpenCase, actor: Account, groups: Sequence[tuple[int, ...]], meant: str) -> None:
    """Of those who would be asked: where the lead has a conflict of interest, and who has a review under way."""
    case.require("pairs", "write", None, _state(case))
    free = _free(case)
    wanted = {member for members in groups if set(members) <= free for member in members}
    partners: dict[int, dict[int, None]] = {}
    for one in who_met.meetings(case.house, case.session):
        for member in one.members if one.running else ():
            partners.setdefault(member, {}).update(dict.fromkeys(o for o in one.members if o != member))
    names = {one.id: one.name for one in organisations(case.session)}
    running = {
        id: N_(
            "%(name)s has a review under way already, with %(partners)s.",
            name=names[id],
            partners=tuple(names.get(other, "") for other in others),
        )
        for id, others in partners.items()
        if id in wanted
    }
    own_employer.ask_back(case.session, actor, wanted, meant, running)


def _free(case: OpenCase) -> set[int]:
    return {case.rows.parties[party].organisation_id for party in free_parties(case)}


def begin_groups(case: OpenCase, actor: Account, groups: Sequence[tuple[int, ...]]) -> list[int]:
    case.require("pairs", "write", None, _state(case))
    free = _free(case)
    begun = []
    for members in groups:
        if not set(members) <= free:
            continue
        free -= set(members)
        child = begin_reviews.begun(
            case.house,
            case.session,
            actor=actor,
            organisations=members,
            round_id=case.review.id,
            now=case.now,
        )
        case.note("child_begun", artefact="pairs", state="begun", data={"review": child.review.id})
        begun.append(child.review.id)
    if not begun:
        raise Refused(
            N_("none of these organisations can be paired now: they have a review already, or take no part")
        )
    case.refresh()
    if not free and place_of(case, "paired") is not None:
        # Everybody who is interested has a partner: the pairing is over by itself.
        fire(case, do_of(case, "paired"))
    return begun


def _state(case: OpenCase) -> str:
    """The state of the round's reviews, as its facts tell."""
    facts = case.case.facts
    if facts.get("pairs", "over"):
        return "over"
    return "begun" if facts.get("pairs", "begun") else "none"
