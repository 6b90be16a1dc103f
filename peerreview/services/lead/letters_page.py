"""Whom a mail of the lead goes to, and how it would look, before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...engine.language.definition import Role
from ...errors import N_, Invalid, Message, Text
from ...rendering.mails import MOST_SUBJECT, MailWords
from ...store.lists import overview as store
from ...store.mail import planned
from ...store.people.people import Person
from ...store.review import rounds
from ..base import fingerprint
from ..base.access import only_lead
from ..base.checks import Checks
from ..base.fingerprint import Thing
from ..base.house import Account, House
from ..base.words import Words
from ..case.opening import OpenCase, opened_many
from ..mail import put_in_outbox
from ..turns import turns
from ..turns.wording import in_a_row, open_words, title_of, way_to

MOST_TEXT = 5000


ACT = "letter"


# More reviews than a network has running at once.
ALL = 100_000


EVERYBODY, TURN, LATE, STEP = "everybody", "turn", "late", "step:"


SETS: dict[str, Message] = {
    EVERYBODY: N_("everybody who takes part"),
    TURN: N_("those whose turn it is now"),
    LATE: N_("those who are late"),
}


@dataclass(frozen=True)
class Letter:
    """What was typed. `whom`: a set's key; `review`: a review's number, "" for all that run."""

    whom: str = TURN
    review: str = ""
    subject: str = ""
    text: str = ""


@dataclass(frozen=True)
class Reader:
    name: str
    email: str
    reviews: tuple[str, ...]


@dataclass(frozen=True)
class LetterForm:
    sets: tuple[tuple[str, Words], ...]
    reviews: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class LetterPreview:
    """`people`: how many it goes to; `readers`: who they are, none where they are those who have not answered an
    anonymous form. `seal`: what the set is known by when it is sent. `subject`, `body`: as the lead would get it."""

    people: int
    readers: tuple[Reader, ...]
    seal: str
    subject: str
    body: str


def letter_form(house: House, *, actor: Account, now: datetime) -> LetterForm:
    """Whom one can write to. For the lead; NotFound for others."""
    only_lead(actor)
    with house.db.read() as session:
        cases = _running(house, session, now)
        return LetterForm(
            sets=tuple(_sets(cases).items()),
            reviews=tuple(sorted(((c.review.id, title_of(c)) for c in cases), key=lambda r: r[1])),
        )


def preview_letter(house: House, *, actor: Account, letter: Letter, now: datetime) -> LetterPreview:
    """The people by name, and the mail. Raises Invalid."""
    only_lead(actor)
    with house.db.read() as session:
        people, words, review_id, nameless = addressed(house, session, actor, letter, now)
        subject, body = put_in_outbox.preview(
            session,
            house,
            person=session.get_one(Person, actor.person_id),
            words=words,
            review_id=review_id,
            now=now,
            kind="letter",
        )
        named = () if nameless else people
        return LetterPreview(
            people=len(people),
            readers=tuple(Reader(p.name, p.email, tuple(titles)) for p, titles in named),
            seal=fingerprint.seal(house, actor, ACT, things(people, nameless)),
            subject=subject,
            body=body,
        )


Addressed = list[tuple[Person, list[str]]]


def addressed(
    house: House, session: Session, actor: Account, letter: Letter, now: datetime
) -> tuple[Addressed, MailWords, int | None, bool]:
    """Whom it goes to, what it says, of which review; and whether they must not be named."""
    checks = Checks()
    cases = _running(house, session, now)
    sets = _sets(cases)
    subject = checks.line(
        "subject", letter.subject, most=MOST_SUBJECT, missing=N_("Write what the mail is about.")
    )
    text = checks.text("text", letter.text, most=MOST_TEXT, missing=N_("Write the mail."))
    checks.one_of("whom", letter.whom, tuple(sets))
    checks.one_of("review", letter.review, ("", *(str(case.review.id) for case in cases)))
    checks.stop()
    chosen = [case for case in cases if letter.review in ("", str(case.review.id))]
    people = _people(session, chosen, letter.whom)
    if not people:
        raise Invalid(whom=N_("There is nobody just now whom this means."))
    review_id = int(letter.review) if letter.review else None
    words = MailWords(
        subject=subject,
        why=N_(
            "You get this mail because the project lead writes to: %(whom)s.",
            whom=_in_a_row(sets[letter.whom]),
        ),
        ask=(N_("%(name)s writes:", name=actor.name), *(line for line in text.split("\n") if line.strip())),
        link=way_to(chosen[0]) if review_id else "/",
        button=open_words(chosen[0]) if review_id else N_("My page"),
    )
    return people, words, review_id, _is_nameless(chosen, letter.whom)


def _running(house: House, session: Session, now: datetime) -> list[OpenCase]:
    ids = store.due_first(session, limit=ALL, offset=0)
    ids += rounds.running(session)
    return list(opened_many(house, session, ids, account=None, now=now))


def _sets(cases: Iterable[OpenCase]) -> dict[str, Words]:
    """Everybody, those who have the ball; each role of a party; those who have a step still to do."""
    found: dict[str, Words] = {TURN: SETS[TURN], LATE: SETS[LATE], EVERYBODY: SETS[EVERYBODY]}
    steps: dict[str, Words] = {}
    for case in cases:
        for key, role in case.workflow.roles.items():
            if role.of == "party":
                found.setdefault(key, role.title)
        for turn in turns.turns(case):
            words = N_("those who have not done the step %(step)s", step=turn.step.title)
            steps.setdefault(f"{STEP}{turn.step.path}", words)
            for key, role in _beside(case, turn).items():
                words = N_(
                    "%(role)s where the step %(step)s is not done",
                    role=in_a_row(role.title),
                    step=turn.step.title,
                )
                steps.setdefault(f"{STEP}{turn.step.path}:{key}", words)
    return {**found, **steps}


def _in_a_row(words: Words) -> Words:
    return in_a_row(words) if isinstance(words, Text) else words


def _beside(case: OpenCase, turn: turns.Turn) -> dict[str, Role]:
    """In a round: the roles of a party that could press, where whoever has to do it does not."""
    if not case.workflow.apart or turn.party is None:
        return {}
    turned = {seat.role for holder in turn.holders for seat in holder.seats}
    return {key: r for key, r in case.workflow.roles.items() if r.of == "party" and key not in turned}


def _people(session: Session, cases: Iterable[OpenCase], whom: str) -> Addressed:
    """Whoever is meant, each once, with the reviews that they are meant for; in Swedish order."""
    titles: dict[int, list[str]] = {}
    for case in cases:
        for person in dict.fromkeys(_meant(case, whom)):
            titles.setdefault(person, []).append(title_of(case))
    rows = planned.people(session, titles)
    there = [(rows[key], said) for key, said in titles.items() if key in rows and rows[key].closed_at is None]
    return sorted(there, key=lambda pair: (pair[0].sort_key, pair[0].id))


def _meant(case: OpenCase, whom: str) -> Iterator[int]:
    path, _, role = whom.removeprefix(STEP).partition(":")
    if whom.startswith(STEP) and role:
        sides = {t.party for t in turns.turns(case) if t.step.path == path and role in _beside(case, t)}
        yield from (s.reader(case.now) for s in case.case.seats if s.party in sides and s.role == role)
        return
    if whom in (TURN, LATE) or whom.startswith(STEP):
        for turn in turns.turns(case):
            # Who has not answered for themselves is in no set that is named (engine.md 48), but in that of the step.
            alone = turn.place[1].person is not None
            if whom == f"{STEP}{turn.step.path}" or (
                not alone and (whom == TURN or (whom == LATE and turn.late))
            ):
                seats = [seat for holder in turn.holders for seat in holder.seats if seat.party >= 0]
                yield from (seat.person if alone else seat.reader(case.now) for seat in seats)
        return
    parties = case.standing.taking_part
    for seat in case.case.seats:
        if seat.party in parties and whom in (EVERYBODY, seat.role):
            yield seat.reader(case.now)


def _is_nameless(cases: Iterable[OpenCase], whom: str) -> bool:
    """Whether the set is those who have not answered a form that each answers alone."""
    path = whom.removeprefix(STEP)
    known = [one.workflow for one in cases if whom.startswith(STEP) and one.workflow.step(path) is not None]
    return any(one.scope(path) == "person" for one in known)


def things(people: Addressed, nameless: bool) -> list[Thing]:
    """Those to whom it goes, each at their address."""
    if nameless:
        of = sorted((person.id, person.email) for person, _ in people)
        return [Thing("missing", f"{of}", N_("Those who have not answered"))]
    return [Thing(f"person:{person.id}", person.email, person.name) for person, _ in people]
