"""Declaring a conflict of interest, at any time while the review runs; and what the lead decides of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...errors import N_, Conflict, Invalid, NotFound, Refused
from ...store.people.organisations import Organisation, organisation_by_id
from ...store.review import conflicts as store
from ...store.review.conflicts import Conflict as Row
from ..base.access import found_in, only_lead
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds import write_conflict
from ..deeds.change import changing
from ..deeds.write_conflict import DECIDED, DECISIONS
from ..register import register

MOST = 2000
DESCRIBE = N_("Describe the conflict of interest.")
ENDED = N_("It has been taken back, and there is nothing to change.")
CHANGED = N_("it has been changed or taken back since you read it; read it again")


def declare(
    house: House, *, actor: Account, review_id: int, person_id: int | None, text: str, now: datetime
) -> None:
    """Say that one has a conflict of interest; a coordinator may say it of somebody of the own side. Raises Invalid
    (text, person), Refused where the review is over or the side has withdrawn."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        _under_way(case)
        checks = Checks()
        text = checks.text("text", text, most=MOST, missing=DESCRIBE)
        who = person_id or actor.person_id
        if who not in people_of(case):
            checks.faults["person"] = N_("Choose somebody from the list.")
        elif any(one.person_id == who for one in write_conflict.standing_of(case)):
            checks.faults["person"] = N_("There is a declaration already. Change that one.")
        checks.stop()
        write_conflict.put_down(case, party=_side_of(case, who), person_id=who, text=text)


def people_of(case: OpenCase) -> dict[int, str]:
    """Of whom the actor can say it: of themselves, and a coordinator of everybody of the own side."""
    assert case.account is not None
    found = {case.account.person_id: case.account.name}
    for seat in case.rows.seats:
        if ("coordinator", seat.party) in case.actor.roles:
            found.setdefault(seat.person_id, seat.person.name)
    return found


def _side_of(case: OpenCase, person: int) -> int | None:
    seated = [seat.party for seat in case.rows.seats if person in (seat.person_id, seat.deputy_id)]
    return min(seated, default=case.own_party())


def _under_way(case: OpenCase) -> None:
    if case.standing.ended:
        raise Refused(N_("The review has ended: nothing can be declared any more."))
    if case.actor.parties() and case.actor.parties() <= case.standing.withdrawn:
        raise Refused(N_("Your side has withdrawn: nothing can be declared any more."))


def change(
    house: House, *, actor: Account, review_id: int, conflict_id: int, text: str, seen: str, now: datetime
) -> None:
    """Say it in other words: the lead decides anew. `seen`: when the text that the page showed was written. Raises
    NotFound, Invalid (text_<id>), Refused, Conflict (with both texts) where somebody else has changed it since."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _own(case, conflict_id)
        checks = Checks()
        text = checks.text(f"text_{conflict_id}", text, most=MOST, missing=DESCRIBE)
        checks.stop()
        if row.changed_at.isoformat() != seen:
            raise Conflict(CHANGED, mine=text, theirs=row.text)
        write_conflict.change(case, row, text)


def take_back(
    house: House, *, actor: Account, review_id: int, conflict_id: int, seen: str, now: datetime
) -> None:
    """What was declared does not hold any more. Raises NotFound, Refused, Conflict where it is another than `seen`."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _own(case, conflict_id)
        if row.changed_at.isoformat() != seen:
            raise Conflict(CHANGED)
        write_conflict.end(case, row)


def _own(case: OpenCase, conflict_id: int) -> Row:
    row = store.by_id(case.session, conflict_id)
    if row is None or row.review_id != case.review.id or not is_own(case, row):
        raise NotFound(f"conflict {conflict_id}")
    _under_way(case)
    if row.ended_at is not None:
        raise Conflict(ENDED)
    return row


def is_own(case: OpenCase, row: Row) -> bool:
    """Whether the actor has it or declared it; what a side has said in its answer is any of its coordinators'."""
    if case.account is None:
        return False
    if case.account.person_id in (row.person_id, row.declared_by):
        return True
    return row.person_id is None and ("coordinator", row.party) in case.actor.roles


def may_decide(case: OpenCase, row: Row) -> bool:
    """A lead does who has none in this review, and whose it is not."""
    return (
        ("lead", None) in case.actor.roles
        and not case.actor.conflicted
        and case.account is not None
        and case.account.person_id not in (row.person_id, row.declared_by)
    )


def decide(
    house: House,
    *,
    actor: Account,
    review_id: int,
    conflict_id: int,
    decision: str,
    note: str,
    seen: str,
    now: datetime,
) -> None:
    """Say what it means, with a note for whoever declared it. `seen`: when the text that the page showed was written.
    Raises NotFound, Refused, Invalid (decision_<id>, note_<id>), Conflict where the text is another."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = store.by_id(case.session, conflict_id)
        if row is None or row.review_id != review_id or ("lead", None) not in case.actor.roles:
            raise NotFound(f"conflict {conflict_id}")
        if not may_decide(case, row):
            raise Refused(
                N_("You have a conflict of interest in this review. Another project lead decides on this.")
            )
        if row.ended_at is not None or row.changed_at.isoformat() != seen:
            raise Conflict(CHANGED)
        _put_decision(row, actor, decision, note, now)
        case.session.flush()
        write_conflict.note(case, DECIDED[decision], row)
        write_conflict.tell_decided(case, row)


def _put_decision(row: Row, actor: Account, decision: str, note: str, now: datetime) -> None:
    checks = Checks()
    checks.one_of(f"decision_{row.id}", decision, tuple(DECISIONS))
    missing = None if decision == store.NO_HINDRANCE else N_("Write what is to be done, and by whom.")
    note = checks.text(f"note_{row.id}", note, most=MOST, missing=missing)
    checks.stop()
    row.decision, row.note, row.decided_at, row.decided_by = decision, note, now, actor.person_id


# ---- a lead's own, towards an organisation


def declare_towards(
    house: House,
    *,
    actor: Account,
    organisation_id: int | None,
    text: str,
    now: datetime,
    real_now: datetime,
) -> None:
    """A lead says that they have one in every review of an organisation. Raises Invalid (organisation, text)."""
    only_lead(actor)
    with house.db.write() as session:
        checks = Checks()
        text = checks.text("text", text, most=MOST, missing=DESCRIBE)
        organisation = organisation_by_id(session, organisation_id) if organisation_id else None
        if organisation is None:
            checks.faults["organisation"] = N_("Choose an organisation.")
        elif any(_stands(one, actor) for one in store.of_organisation(session, organisation.id)):
            checks.faults["organisation"] = N_("You have declared that already.")
        checks.stop()
        assert organisation is not None
        row = Row(
            organisation_id=organisation.id,
            person_id=actor.person_id,
            declared_by=actor.person_id,
            text=text,
            declared_at=now,
            changed_at=now,
        )
        session.add(row)
        session.flush()
        _register(session, "conflict_declared", actor, row, real_now)
        write_conflict.tell_other_leads(
            house,
            session,
            organisation,
            N_("%(name)s has a conflict of interest: %(side)s", **_who(actor, organisation)),
            N_(
                "%(name)s leads the network and has declared a conflict of interest towards %(side)s. "
                "What it keeps them from is yours to do in its reviews.",
                **_who(actor, organisation),
            ),
            now=now,
            real_now=real_now,
        )


def change_towards(
    house: House,
    *,
    actor: Account,
    conflict_id: int,
    text: str,
    seen: str,
    now: datetime,
    real_now: datetime,
) -> None:
    """Say it in other words: another lead decides anew. Raises as `change` does."""
    only_lead(actor)
    with house.db.write() as session:
        row = _own_towards(session, actor, conflict_id)
        checks = Checks()
        text = checks.text(f"text_{conflict_id}", text, most=MOST, missing=DESCRIBE)
        checks.stop()
        if row.changed_at.isoformat() != seen:
            raise Conflict(CHANGED, mine=text, theirs=row.text)
        if not write_conflict.reword(row, text, now):
            return
        session.flush()
        _register(session, "conflict_changed", actor, row, real_now)
        assert row.organisation is not None
        write_conflict.tell_other_leads(
            house,
            session,
            row.organisation,
            N_(
                "%(name)s has changed what a conflict of interest is: %(side)s",
                **_who(actor, row.organisation),
            ),
            N_(
                "%(name)s leads the network and has changed what is declared of a conflict of interest towards "
                "%(side)s. What was decided of it before no longer holds.",
                **_who(actor, row.organisation),
            ),
            now=now,
            real_now=real_now,
        )


def take_back_towards(
    house: House, *, actor: Account, conflict_id: int, seen: str, now: datetime, real_now: datetime
) -> None:
    """What was declared does not hold any more. Raises as `take_back` does."""
    only_lead(actor)
    with house.db.write() as session:
        row = _own_towards(session, actor, conflict_id)
        if row.changed_at.isoformat() != seen:
            raise Conflict(CHANGED)
        row.ended_at = now
        session.flush()
        _register(session, "conflict_taken_back", actor, row, real_now)


def _own_towards(session: Session, actor: Account, conflict_id: int) -> Row:
    row = store.by_id(session, conflict_id)
    if row is None or row.organisation_id is None or row.person_id != actor.person_id:
        raise NotFound(f"conflict {conflict_id}")
    if row.ended_at is not None:
        raise Conflict(ENDED)
    return row


def _who(actor: Account, organisation: Organisation) -> dict[str, str]:
    return {"name": actor.name, "side": organisation.name}


def decide_towards(
    house: House,
    *,
    actor: Account,
    conflict_id: int,
    decision: str,
    note: str,
    seen: str,
    now: datetime,
    real_now: datetime,
) -> None:
    """Another lead says what it means. Raises as `decide` does."""
    only_lead(actor)
    with house.db.write() as session:
        row = store.by_id(session, conflict_id)
        if row is None or row.organisation_id is None:
            raise NotFound(f"conflict {conflict_id}")
        if not may_decide_towards(session, actor, row):
            raise Refused(N_("You have a conflict of interest here. Another project lead decides on this."))
        if row.ended_at is not None or row.changed_at.isoformat() != seen:
            raise Conflict(CHANGED)
        if decision == store.REPLACED:
            raise Invalid({f"decision_{row.id}": N_("Choose one of the alternatives.")})
        _put_decision(row, actor, decision, note, now)
        session.flush()
        _register(session, DECIDED[decision], actor, row, real_now)
        assert row.organisation is not None
        assert row.person is not None
        write_conflict.tell_of_organisation(
            house,
            session,
            N_("The conflict of interest towards %(side)s is decided on", side=row.organisation.name),
            N_("Another project lead has decided: %(what)s.", what=DECISIONS[decision]),
            [row.person],
            now=now,
            real_now=real_now,
        )


def may_decide_towards(session: Session, actor: Account, row: Row) -> bool:
    having = {person for person, _ in store.towards(session, [row.organisation_id or 0])}
    return actor.is_lead and actor.person_id != row.person_id and actor.person_id not in having


def _stands(row: Row, actor: Account) -> bool:
    return row.ended_at is None and row.person_id == actor.person_id


def _register(session: Session, deed: str, actor: Account, row: Row, real_now: datetime) -> None:
    organisation = organisation_by_id(session, row.organisation_id or 0)
    person = found_in(session, row.person_id or 0)
    register.note(session, deed, by=actor, at=real_now, person=person, organisation=organisation)
    store.wake_reviews(session, [row.organisation_id or 0])
