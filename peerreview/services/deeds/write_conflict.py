"""A declared conflict of interest as a row: put down, changed or ended, written in the history, and told to the leads.

Why somebody has one is told to the leads and the person alone: it stands in no mail, no history and no list of others.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...errors import N_, Message
from ...rendering.mails import MailWords
from ...store.people.organisations import Organisation, organisation_by_id
from ...store.people.people import Person, leads
from ...store.review import conflicts as store
from ...store.review.conflicts import Conflict
from ..base import clock
from ..base.house import House
from ..case.opening import OpenCase
from ..mail import digests
from ..mail.put_in_outbox import enqueue
from ..turns import wording

# What a lead can decide, as lists and mails say it.
DECISIONS: dict[str, Message] = {
    store.NO_HINDRANCE: N_("No hindrance"),
    store.TAKEN_OVER: N_("Somebody else takes over what it concerns"),
    store.REPLACED: N_("Somebody else takes the place in the review"),
}
# The deed in the history for each.
DECIDED = {decision: f"conflict_{decision}" for decision in DECISIONS}


def of_answer(case: OpenCase, party: int | None, text: str) -> None:
    """What a side has said of conflicts of interest in its answer; one said before is changed, or ended by a no."""
    earlier = next((one for one in standing_of(case) if one.party == party and one.person_id is None), None)
    if earlier is None:
        if text:
            put_down(case, party=party, person_id=None, text=text)
    elif text:
        change(case, earlier, text)
    else:
        end(case, earlier)


def standing_of(case: OpenCase) -> list[Conflict]:
    """Those of this review that have not been taken back."""
    found = store.of_review(case.session, case.review.id)
    return [one for one in found if one.ended_at is None and one.review_id is not None]


def put_down(case: OpenCase, *, party: int | None, person_id: int | None, text: str) -> Conflict:
    assert case.account is not None
    row = Conflict(
        review_id=case.review.id,
        party=party,
        person_id=person_id,
        declared_by=case.account.person_id,
        text=text,
        declared_at=case.now,
        changed_at=case.now,
    )
    case.session.add(row)
    case.session.flush()
    note(case, "conflict_declared", row)
    tell_leads(case, row, "declared")
    return row


def change(case: OpenCase, row: Conflict, text: str) -> None:
    """Other words are decided on anew."""
    if not reword(row, text, case.now):
        return
    case.session.flush()
    note(case, "conflict_changed", row)
    tell_leads(case, row, "changed")


def reword(row: Conflict, text: str, now: datetime) -> bool:
    """Whether it says something else now; then what was decided of it no longer holds."""
    if row.text == text:
        return False
    row.text, row.changed_at = text, now
    row.decision, row.note, row.decided_at, row.decided_by = "", "", None, None
    return True


def end(case: OpenCase, row: Conflict) -> None:
    row.ended_at = case.now
    case.session.flush()
    note(case, "conflict_taken_back", row)
    tell_leads(case, row, "taken_back")


def note(case: OpenCase, deed: str, row: Conflict) -> None:
    """A line that says neither why nor what the decision's note is: for those who may read the side's answer."""
    key = next((one.key for one in case.artefacts_of("decision")), "") if row.party is not None else ""
    case.note(
        deed,
        artefact=key,
        party=row.party,
        about_party=row.party,
        state=case.state(key, row.party) if key else "",
        data={"conflict": row.id, "person": row.person_id},
    )


# ---- who is told


_TOLD: dict[str, tuple[Message, Message, Message]] = {
    "declared": (
        N_("Decide on a conflict of interest – %(review)s"),
        N_("%(who)s has declared a conflict of interest in the review %(review)s."),
        N_("Read why, and decide what it means. Your decision goes back to whoever declared it."),
    ),
    "changed": (
        N_("Decide on a conflict of interest again – %(review)s"),
        N_("%(who)s has changed what is declared of a conflict of interest in the review %(review)s."),
        N_("Read what it says now, and decide what it means. What was decided before no longer holds."),
    ),
    "taken_back": (
        N_("A conflict of interest is taken back – %(review)s"),
        N_("%(who)s has taken back the conflict of interest declared in the review %(review)s."),
        N_("Nothing is asked of you."),
    ),
}


def tell_leads(case: OpenCase, row: Conflict, what: str) -> None:
    """To the leads who could decide."""
    title = wording.title_of(case)
    subject, why, asks = _TOLD[what]
    words = MailWords(
        subject=Message(subject.text, (("review", title),)),
        why=Message(why.text, (("who", row_of_whom(case, row)), ("review", title))),
        ask=(asks,),
        link=f"/reviews/{case.review.id}/conflicts",
        button=N_("Open the page"),
        names=case.names,
    )
    but = {row.person_id, row.declared_by, *case.rows.employed, *case.rows.declared}
    for person in leads(case.session):
        if person.id not in but and (case.account is None or person.id != case.account.person_id):
            asked = what != "taken_back"
            _tell(case, person, words, needed=asked, decides=row.id if asked else None)


def _tell(
    case: OpenCase, person: Person, words: MailWords, *, needed: bool, decides: int | None = None
) -> None:
    real_now = clock.real_time(case.session, case.now)
    digests.tell(
        case, person, kind="conflict", words=words, real_now=real_now, needed=needed, decides=decides
    )


def tell_decided(case: OpenCase, row: Conflict) -> None:
    """To who has it and who declared it, and to who is to appoint somebody else or let somebody take over; the
    decision's note stands on the page alone. Nobody of a side that has left is told of anything."""
    if row.party in case.standing.withdrawn:
        return
    title = wording.title_of(case)
    asks = {
        store.NO_HINDRANCE: N_("Go on as before."),
        store.TAKEN_OVER: N_("Leave what it concerns to somebody else. The project lead has written how."),
        store.REPLACED: N_("Somebody else is to take the place. The coordinator appoints them under Teams."),
    }
    words = MailWords(
        subject=N_("The project lead has decided on a conflict of interest – %(review)s", review=title),
        why=N_(
            "The project lead has decided on a conflict of interest that is declared: %(who)s.",
            who=row_of_whom(case, row),
        ),
        ask=(N_("Decision: %(what)s.", what=DECISIONS[row.decision]), asks[row.decision]),
        link=f"/reviews/{case.review.id}/conflicts",
        button=N_("Read the decision"),
        names=case.names,
    )
    people = {one.id: one for one in (row.person, row.declarer) if one is not None}
    if row.decision != store.NO_HINDRANCE and row.party is not None:
        seats = (seat for seat in case.case.seats if (seat.party, seat.role) == (row.party, "coordinator"))
        people |= {one.id: one for seat in seats if (one := case.session.get(Person, seat.reader(case.now)))}
    for person in people.values():
        if person.closed_at is None:
            _tell(case, person, words, needed=True)


def note_leads(case: OpenCase) -> None:
    """A review has begun in which leads have a conflict of interest: the history says so, and the others are told that
    it is theirs meanwhile."""
    having = [id for id in case.case.leads if id in case.case.conflicted]
    if not having or case.workflow.apart:
        return
    everybody = {person.id: person for person in leads(case.session)}
    title = wording.title_of(case)
    for id in having:
        case.note("lead_conflicted", data={"person": id})
        words = MailWords(
            subject=N_(
                "%(name)s has a conflict of interest – %(review)s", name=everybody[id].name, review=title
            ),
            why=N_(
                "%(name)s leads the network and has a conflict of interest in the review %(review)s.",
                name=everybody[id].name,
                review=title,
            ),
            ask=(N_("What it keeps them from is yours to do in this review."),),
            link=f"/reviews/{case.review.id}/conflicts",
            button=N_("Open the page"),
            names=case.names,
        )
        for person in everybody.values():
            if person.id not in having:
                enqueue(
                    case.session,
                    case.house,
                    person=person,
                    kind="conflict",
                    words=words,
                    review_id=case.review.id,
                    now=case.now,
                    real_now=clock.real_time(case.session, case.now),
                )


def tell_of_function(
    house: House, session: Session, person: Person, organisation_id: int, real_now: datetime
) -> None:
    """A lead has been given a function in an organisation that has a review under way: the others are told."""
    session.flush()
    organisation = organisation_by_id(session, organisation_id)
    if organisation is None or not store.has_running(session, organisation_id):
        return
    tell_other_leads(
        house,
        session,
        organisation,
        N_("%(name)s has a conflict of interest: %(side)s", name=person.name, side=organisation.name),
        N_(
            "%(name)s leads the network and now belongs to %(side)s. "
            "What the conflict of interest keeps them from is yours to do in its reviews.",
            name=person.name,
            side=organisation.name,
        ),
        now=real_now,
        real_now=real_now,
    )


def tell_other_leads(
    house: House,
    session: Session,
    organisation: Organisation,
    subject: Message,
    why: Message,
    *,
    now: datetime,
    real_now: datetime,
) -> None:
    """To the leads who have no conflict of interest towards the organisation."""
    having = {person for person, _ in store.towards(session, [organisation.id])}
    others = [person for person in leads(session) if person.id not in having]
    tell_of_organisation(house, session, subject, why, others, now=now, real_now=real_now)


def tell_of_organisation(
    house: House,
    session: Session,
    subject: Message,
    why: Message,
    people: list[Person],
    *,
    now: datetime,
    real_now: datetime,
) -> None:
    """A lead's towards an organisation: to the other leads, or back to the lead."""
    words = MailWords(subject=subject, why=why, link="/lead/conflicts", button=N_("Open the page"))
    for person in people:
        enqueue(
            session,
            house,
            person=person,
            kind="conflict",
            words=words,
            review_id=None,
            now=now,
            real_now=real_now,
        )


def row_of_whom(case: OpenCase, row: Conflict) -> str:
    """Who has it, by name; the side, where its answer describes it."""
    if row.person is not None:
        return row.person.name
    if row.person_id is not None:
        found = case.session.get(Person, row.person_id)
        return found.name if found else ""
    return case.rows.parties[row.party].name if row.party is not None else ""
