"""Beginning a review: the lead pairs two organisations, or rings three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...engine.language.definition import Workflow
from ...engine.running.beginning import first_standing
from ...errors import N_, Invalid, Message, NotFound, Text
from ...store.case import cases as store
from ...store.people.organisations import Organisation
from ...store.review import reviews as table
from ..base.access import only_lead
from ..base.house import Account, House
from ..case import opening
from ..case.opening import OpenCase
from . import change, write_conflict
from .own_employer import ask_back

USUAL = "collegial-review"


@dataclass(frozen=True)
class Process:
    """A workflow that a review can follow, for `least` to `most` organisations."""

    name: str
    title: Text
    least: int
    most: int


def processes(house: House, *, actor: Account) -> tuple[Process, ...]:
    """The workflows in which organisations review each other, the usual one first; NotFound for all but the lead."""
    only_lead(actor)
    found = sorted(house.workflows.values(), key=lambda w: (w.name != USUAL, w.name))
    return tuple(Process(w.name, w.title, w.min_parties, w.max_parties) for w in found if not w.apart)


def begin_review(
    house: House,
    *,
    actor: Account,
    organisations: Sequence[int],
    workflow: str = USUAL,
    title: str = "",
    meant: str = "",
    now: datetime,
) -> int:
    """Pair or ring `organisations` (ids, in ring order: each reviews the next); returns the review's id.

    Their coordinators and management contacts get seats and are told. Raises NotFound for anybody but the
    lead, Invalid where the choice cannot be made, or is asked back (`meant`: the tick, see `own_employer`)."""
    if not actor.is_lead:
        raise NotFound("only the lead begins reviews")
    if workflow not in [process.name for process in processes(house, actor=actor)]:
        raise Invalid(workflow=N_("Choose a workflow from the list."))
    with house.db.write() as session:
        with house.asked(session, actor):
            ask_back(session, actor, organisations, meant)
            case = begun(
                house,
                session,
                actor=actor,
                organisations=organisations,
                workflow=workflow,
                title=title,
                now=now,
            )
        return case.review.id


def begun(
    house: House,
    session: Session,
    *,
    actor: Account,
    organisations: Sequence[int],
    workflow: str = USUAL,
    title: str = "",
    round_id: int | None = None,
    now: datetime,
) -> OpenCase:
    """A case that begins in a transaction that somebody else holds. `round_id`: the round that it is of."""
    definition = house.workflows.get(workflow)
    if definition is None:
        raise NotFound(workflow)
    chosen = _chosen(session, organisations, definition)
    store.keep_definition(session, hash=definition.hash, name=definition.name, text=definition.text, now=now)
    review = table.Review(
        workflow=definition.name,
        definition_hash=definition.hash,
        title=title.strip()[:200],
        lead_id=actor.person_id,
        round_id=round_id,
        created_at=now,
        standing=first_standing(definition, len(chosen)).to_json(),
        version=0,
        ended=None,
        history_count=0,
        history_head="",
    )
    session.add(review)
    session.flush()
    _seat(session, review.id, chosen, definition, now)
    case = opening.opened(house, session, review_id=review.id, account=actor, now=now)
    case.note("begun", data={"organisations": [o.id for o in chosen], "workflow": definition.name})
    write_conflict.note_leads(case)
    change.settle(case)
    change.save(case)
    return case


def _chosen(session: Session, ids: Sequence[int], definition: Workflow) -> list[Organisation]:
    least, most = definition.min_parties, definition.max_parties
    if len(set(ids)) != len(ids):
        raise Invalid(organisations=N_("Choose different organisations: the same one stands there twice."))
    if not least <= len(ids) <= most:
        few = N_("Choose %(number)s organisations.", number=least)
        raise Invalid(
            organisations=few
            if least == most
            else N_("Choose %(least)s to %(most)s organisations.", least=least, most=most)
        )
    chosen = [session.get(Organisation, id) for id in ids]
    found = [organisation for organisation in chosen if organisation is not None]
    if len(found) != len(ids):
        raise Invalid(organisations=N_("Choose organisations from the list."))
    without = [o.name for o in found if not store.members(session, o.id, "coordinator")]
    if without:
        raise Invalid(organisations=_without_coordinator(without))
    if not definition.apart:
        _refuse_one_for_two(session, found)
    return found


def _refuse_one_for_two(session: Session, found: Sequence[Organisation]) -> None:
    """A side needs a coordinator who is on no other side of the review, and does not lead the network."""
    shared = _of_several(session, found, ["coordinator", "contact"])
    for one in found:
        coordinators = store.members(session, one.id, "coordinator")
        if all(person.id in shared or person.is_lead for person in coordinators):
            raise Invalid(
                organisations=N_(
                    "%(name)s has no coordinator of its own here: nobody sits on two sides of a review, "
                    "or leads the network and sits on one. Add another coordinator under People.",
                    name=one.name,
                )
            )


def _of_several(session: Session, chosen: Sequence[Organisation], roles: Sequence[str]) -> set[int]:
    """Those who would sit on several sides, by the register: they sit on none, until a side appoints them."""
    sides: dict[int, set[int]] = {}
    for organisation in chosen:
        for role in roles:
            for person in store.members(session, organisation.id, role):
                sides.setdefault(person.id, set()).add(organisation.id)
    return {person for person, of in sides.items() if len(of) > 1}


def _without_coordinator(names: list[str]) -> Message:
    return N_(
        "%(names)s has no coordinator yet. Add one under People before you propose the review.",
        names=", ".join(names),
    )


def _seat(
    session: Session, review_id: int, chosen: Sequence[Organisation], definition: Workflow, now: datetime
) -> None:
    seated = [
        pair for pair in (("coordinator", "coordinator"), ("contact", "")) if pair[0] in definition.roles
    ]
    shared = set() if definition.apart else _of_several(session, chosen, [role for role, _ in seated])
    for position, organisation in enumerate(chosen):
        session.add(table.Party(review_id=review_id, position=position, organisation_id=organisation.id))
        for role, function in seated:
            for person in store.members(session, organisation.id, role):
                if person.id in shared or (person.is_lead and not definition.apart):
                    continue
                session.add(
                    table.Seat(
                        review_id=review_id,
                        party=position,
                        person_id=person.id,
                        role=role,
                        function=function,
                        added_at=now,
                    )
                )
    session.flush()
