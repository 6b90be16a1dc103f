"""What the page of each of the house's own acts lists, thing by thing and by version (see acts.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ...engine.running.case import Place, Scope
from ...engine.running.timing import due_date
from ...errors import N_, NotFound
from ...store.artefacts import evaluations as evaluations_store
from ...store.artefacts import examples as examples_store
from ...store.artefacts import questions as questions_store
from ...store.case.case_rows import SHARED
from ...store.mail import gathered_mail as gathered_store
from ...store.mail import planned as planned_store
from ...store.mail.outbox import Outgoing
from ...store.people.people import Person
from ...store.review import rounds as rounds_store
from ..base.fingerprint import Thing
from ..base.house import Account, House
from ..case import document_sets, round_members
from ..case.extensions import entries
from ..case.opening import OpenCase, opened
from ..mail import lead_wishes
from ..materials import hand_in
from ..terms.round_days import dates_of
from ..turns import reminders_by_hand
from ..turns.askings import open_askings
from . import listed


@dataclass
class Asked:
    """What an act is asked with: by whom, the parts of its address (`path`), and those with the fields of its form."""

    house: House
    session: Session
    actor: Account
    now: datetime
    args: Mapping[str, Any]
    path: Mapping[str, Any]
    cases: dict[int, OpenCase] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    def case(self) -> OpenCase:
        """The review, or the round, that the address names. Raises NotFound."""
        id = self.number("review_id") or self.number("round_id")
        if id not in self.cases:
            found = opened(self.house, self.session, review_id=id, account=self.actor, now=self.now)
            self.cases[id] = found
        return self.cases[id]

    def number(self, name: str) -> int:
        text = str(self.args.get(name, ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0

    def shelf(self) -> document_sets.Shelf:
        found: document_sets.Shelf = self.once("shelf", lambda: document_sets.shelf_of(self.case()))
        return found

    def once(self, what: str, read: Callable[[], Any]) -> Any:
        """Read once for all the forms of a page."""
        if what not in self.kept:
            self.kept[what] = read()
        return self.kept[what]


# ---- documents, questions, examples


def document(asked: Asked) -> Iterator[Thing]:
    case, shelf = asked.case(), asked.shelf()
    material = document_sets.found(case, shelf, asked.number("material_id"))
    newest = shelf.newest(material)
    version = f"{newest.number}.{newest.state}.{material.described}.{material.withdrawn_at is None}"
    words = N_("%(title)s, version %(number)s", title=material.title, number=newest.number)
    yield Thing(f"material:{material.id}", version, words)
    yield _readers(case, material.artefact, material.party)


def _readers(case: OpenCase, artefact: str, party: int) -> Thing:
    return Thing("readers", str(document_sets.receivers(case, artefact, party)), N_("Who can read it"))


def later(asked: Asked) -> Iterator[Thing]:
    case, shelf = asked.case(), asked.shelf()
    found = hand_in.preview_hand_in(case)
    if found is None:
        raise NotFound("materials of one's own")
    for item in hand_in.later_items(shelf, found.artefact, found.party):
        material = next(m for m in shelf.materials if m.id == item.material_id)
        words = N_("%(title)s, version %(number)s", title=item.title, number=item.number)
        yield Thing(f"material:{item.material_id}", f"{item.number}.{material.described}", words)
    yield _readers(case, found.artefact, found.party)


def question(asked: Asked) -> Iterator[Thing]:
    case = asked.case()
    known = asked.once("questions", lambda: questions_store.questions_of(asked.session, case.review.id))
    question = next((one for one, _ in known if one.id == asked.number("question_id")), None)
    if question is None or not case.sees(question.artefact, "read", question.party, question.state):
        raise NotFound("question")
    version = f"{question.version}.{question.state}.{question.removed_at is None}"
    yield Thing(f"question:{question.id}", version, N_("Question %(number)s", number=question.number))


def example(asked: Asked) -> Iterator[Thing]:
    case = asked.case()
    for row in examples_store.examples_of(asked.session, case.review.id):
        if row.id == asked.number("example_id") and case.sees(row.artefact, "read", row.party, row.state):
            said = f"{row.version}.{row.state}.{sorted(row.about)}.{sorted(row.consents)}"
            yield Thing(f"example:{row.id}", said, row.title)
            return
    raise NotFound("example")


def hours(asked: Asked) -> Iterator[Thing]:
    case = asked.case()
    party = case.own_party()
    of_side = (asked.session, case.review.id, -1 if party is None else party)
    known = asked.once("hours", lambda: evaluations_store.hours_of(*of_side))
    row = next((one for one, _ in known if one.id == asked.number("row_id")), None)
    if row is None or row.person_id != asked.actor.person_id:
        raise NotFound("hours")
    yield Thing(f"hours:{row.id}", str(row.hours), N_("%(hours)s h", hours=f"{row.hours:g}"))


def document_fields(asked: Asked) -> Mapping[str, list[str]]:
    shelf = asked.shelf()
    return {
        "number": [
            str(shelf.newest(document_sets.found(asked.case(), shelf, asked.number("material_id"))).number)
        ]
    }


def later_fields(asked: Asked) -> Mapping[str, list[str]]:
    found = hand_in.preview_hand_in(asked.case())
    items = hand_in.later_items(asked.shelf(), found.artefact, found.party) if found else []
    return {"item": [f"{item.material_id}.{item.number}" for item in items]}


def example_fields(asked: Asked) -> Mapping[str, list[str]]:
    rows = examples_store.examples_of(asked.session, asked.case().review.id)
    return {"version": [str(row.version) for row in rows if row.id == asked.number("example_id")]}


# ---- the agreement and its dates


def agreement_fields(asked: Asked) -> Mapping[str, list[str]]:
    versions = asked.case().rows.agreements
    return {"version": [str(versions[-1].version)] if versions else []}


def agreement(asked: Asked) -> Iterator[Thing]:
    case = asked.case()
    for artefact in case.artefacts_of("agreement"):
        yield from listed.agreement_of(case, artefact, None)


def dates(asked: Asked) -> Iterator[Thing]:
    """What is in the way of a date is part of what moving it means: meetings that are planned, too."""
    yield from agreement(asked)
    for meeting in asked.case().artefacts_of("meeting"):
        yield from listed.state_of(asked.case(), meeting, None)
    yield Thing("standing", str(asked.case().review.version), N_("Where the review stands"))


def more_time(asked: Asked) -> Iterator[Thing]:
    """What has been asked and answered of the side's step, and by when it is due."""
    case, place = asked.case(), time_place(asked)
    due = due_date(case.case, place)
    yield Thing("due", f"{due}", N_("due %(day)s", day=due) if due else N_("no date"))
    for one in entries(case.review.more_time):
        if one.place == place:
            day = one.wished or one.until
            words = N_("Asked for: until %(day)s", day=date.fromisoformat(day)) if day else N_("Declined")
            yield Thing(f"asked:{one.number}", f"{one.state}.{one.wished}.{one.until}", words)


def time_place(asked: Asked) -> Place:
    text = str(asked.args.get("party", ""))
    party = asked.number("party") if text else asked.case().own_party()
    place = str(asked.args.get("step", "")), Scope(party)
    known = asked.case().sees_all_parties or party in asked.case().actor.parties()
    if place not in asked.case().standing.marks or not known:
        raise NotFound("step")
    return place


def time_fields(asked: Asked) -> Mapping[str, list[str]]:
    """The asking that waits for an answer now. (Where parties stand apart its own is called 0.)"""
    place = time_place(asked)
    waits = [one.number for one in open_askings(asked.case()) if one.place == place]
    return {"number": [str(number) for number in waits]} if asked.number("number") else {}


# ---- people and mail


def reminded(asked: Asked) -> Iterator[Thing]:
    case, party = asked.case(), asked.args.get("party", "")
    step = str(asked.args.get("step", ""))
    turn = reminders_by_hand.turn_at(case, step, int(party) if str(party) != "" else None)
    told = set(reminders_by_hand.seats_of(case, turn))
    seated = {seat.person_id: seat.person for seat in case.rows.seats if seat.person_id in told}
    people = {**seated, **planned_store.people(asked.session, told - set(seated))}
    yield from (
        Thing(f"person:{one.id}", one.email, one.name) for one in people.values() if one.closed_at is None
    )


def mail(asked: Asked) -> Iterator[Thing]:
    row = asked.session.get(Outgoing, asked.number("mail_id"))
    if row is None or not asked.actor.is_lead:
        raise NotFound("mail")
    yield Thing(f"mail:{row.id}", f"{row.state}.{row.attempts}.{row.recipient}", row.subject)


def planned(asked: Asked) -> Iterator[Thing]:
    found = gathered_store.by_id if asked.path.get("gathered") else planned_store.planned_by_id
    row = found(asked.session, asked.number("mail_id"))
    if row is None or not asked.actor.is_lead:
        raise NotFound("mail")
    person = asked.session.get_one(Person, row.person_id)
    wish = lead_wishes.of_row(asked.session, row)
    yield Thing(
        "mail",
        f"{row.state}.{row.due_at}.{person.email}.{wish.held}.{wish.line}",
        N_("The mail to %(name)s", name=person.name),
    )


def missing(asked: Asked) -> Iterator[Thing]:
    """The reminders that are one mail to all who have not answered: how many they are, on which days, and as the lead
    has left them."""
    if not asked.actor.is_lead:
        raise NotFound("mail")
    which = asked.number("review_id"), str(asked.args.get("step", "")), str(asked.args.get("rule", ""))
    rows = planned_store.nameless_of(asked.session, *which)
    if rows:
        days = sorted(row.due_at for row in rows)
        wish = lead_wishes.of_row(asked.session, rows[0])
        words = N_("The mail to all who have not answered")
        yield Thing("missing", f"{days}.{wish.held}.{wish.line}", words)


# ---- a round


def letter(asked: Asked) -> Iterator[Thing]:
    """The text and its dates, and the people to whom it goes: those that the register names now."""
    case, key = asked.case(), str(asked.args.get("key", ""))
    yield from listed.letter_of(case, case.artefact(key), None)
    for party in case.standing.taking_part:
        people = sorted(round_members.wanted_of(case, party)) if key == "invitation" else []
        seats = sorted(s.reader(asked.now) for s in case.case.seats if s.party == party)
        yield Thing(f"party:{party}", f"{people or seats}", case.names[party])


def joining(asked: Asked) -> Iterator[Thing]:
    """Whether the others have been invited (then a mail goes at once), and by when they are to answer."""
    case = asked.case()
    if not asked.actor.is_lead:
        raise NotFound("round")
    for key in ("invitation", "timetable"):
        yield from listed.state_of(case, case.artefact(key), None)


def timetable(asked: Asked) -> Iterator[Thing]:
    """The round's dates, which stand in the form of its invitation too."""
    case = asked.case()
    if not asked.actor.is_lead:
        raise NotFound("round")
    days = dates_of(case)
    answers, pairing = days["answers"], days["pairing"]
    words = N_("Answers by %(day)s", day=answers) if answers else N_("Answers by")
    yield Thing("date:answers", f"{answers}", words)
    words = N_("Pairs by %(day)s", day=pairing) if pairing else N_("Pairs by")
    yield Thing("date:pairing", f"{pairing}", words)


def letter_fields(asked: Asked) -> Mapping[str, list[str]]:
    saved = asked.case().rows.saved.get((str(asked.args.get("key", "")), SHARED))
    return {"number": [str(saved.number)] if saved else []}


def round(asked: Asked) -> Iterator[Thing]:
    """What each organisation has answered, and in which reviews they are."""
    case = asked.case()
    answers = rounds_store.interests(asked.session, case.review.id)
    children = rounds_store.children(asked.session, case.review.id)
    for party in case.standing.parties:
        number = answers[party].number if party in answers else 0
        taking_part = party in case.standing.taking_part
        state = f"{number}.{case.state('interest', party)}.{taking_part}"
        yield Thing(f"party:{party}", state, case.names.get(party, ""))
    chosen = rounds_store.chosen_pairing(asked.session, case.review.id)
    yield Thing("pairing", f"{chosen.number if chosen else 0}", N_("The pairing that was chosen"))
    yield Thing("reviews", f"{children}", N_("The round's reviews"))


def answer(asked: Asked) -> Iterator[Thing]:
    """The own organisation's alone: none knows of another."""
    case = asked.case()
    party = case.own_party()
    row = rounds_store.interests(asked.session, case.review.id).get(-1 if party is None else party)
    state = case.state("interest", party)
    yield Thing("interest", f"{row.number if row else 0}.{state}", N_("Your answer"))
