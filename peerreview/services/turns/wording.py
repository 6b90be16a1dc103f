"""What the mails of a review say: subject, why, what is asked, the link, what comes next (pages.md, "Mail")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ...engine.language.definition import Step
from ...engine.running.case import Place
from ...engine.running.timing import due_date
from ...engine.turns.planning import Planned, plan
from ...engine.turns.telling import DeedMail
from ...engine.turns.whose_turn import whose_turn
from ...errors import N_, Message, PartyName, PutOffDay, Text
from ...rendering.mails import MailWords, order_of
from ..base.words import Words
from ..case.facts import in_force
from ..case.opening import OpenCase
from ..terms.agreed_days import days_of
from ..terms.agreement_terms import LABELS
from . import turns
from .leaving_words import said_of


def short(name: str) -> str:
    """An organisation's name as people say it among themselves: without the leading "Region"."""
    return name.removeprefix("Region ")


def review_title(names: Mapping[int, str]) -> str:
    """ "Kalmar län – Gävleborg": what a review is called in a subject."""
    return " – ".join(short(names[p]) for p in sorted(names))


def in_a_row(title: Text) -> Text:
    """A title as it stands within a sentence: "processledare", but still "HR"."""
    return title.in_a_row()


def title_of(case: OpenCase) -> str:
    """What a case is called: a round has a name; a review is called by its sides."""
    return case.review.title if case.workflow.apart else review_title(case.names)


def moved_meanwhile(case: OpenCase) -> Message:
    if case.workflow.apart:
        return N_("somebody else has moved this round meanwhile; see where it stands now")
    return N_("somebody else has moved this review meanwhile; see where it stands now")


def way_to(case: OpenCase, page: str = "") -> str:
    """The path of a page of a review or of a round; "" its first."""
    place = "rounds" if case.workflow.apart else "reviews"
    return f"/{place}/{case.review.id}" + (f"/{page}" if page else "")


def path_to(case: OpenCase, place: Place | None) -> str:
    """The page where the thing is done: the step's own, else the review's."""
    step = case.workflow.step(place[0]) if place and place[0] else None
    return way_to(case, step.page if step else "")


def deed_words(case: OpenCase, mail: DeedMail) -> MailWords:
    """The words of a mail that goes because something was done or a step began."""
    if mail.about:
        return _house_words(case, mail)
    step = case.workflow.step(mail.place[0])
    rule = mail.rule
    subject: Message | Text
    asks: list[Message | Text] = []
    if rule.subject is not None:
        subject = _filled(case, _once(rule.subject), mail)
    elif step is not None:
        subject = _asked(case, step, mail.place)
        due = due_date(case.case, mail.place)
        if due is not None and due < case.house.calendar.day(case.now):
            asks.append(N_("It should have been done by %(due)s.", due=due))
    else:
        subject = N_("News about %(review)s", review=title_of(case))
    if rule.text is not None:
        asks.append(_filled(case, rule.text, mail))
    elif step is not None and step.help is not None:
        asks.append(step.help)
    if mail.reason == "action" and _resumes(case, mail):
        asks += _dates_now(case)
    return MailWords(
        subject=subject,
        why=why(case, mail.person, mail.party),
        ask=tuple(asks),
        link=path_to(case, mail.place),
        button=open_words(case) if step is None or step.ask is None else step.title,
        next=_next(case),
        names=case.names,
    )


def _house_words(case: OpenCase, mail: DeedMail) -> MailWords:
    """Of what the definition has no words for."""
    found = said_of(case, mail, title_of(case))
    return MailWords(
        subject=found.subject,
        why=why(case, mail.person, mail.party),
        ask=found.asks,
        link=way_to(case, found.page),
        button=found.button or open_words(case),
        next=(),
        names=case.names,
    )


def reminder_words(case: OpenCase, planned: Planned) -> MailWords:
    """The words of a reminder: to the one whose turn it is, or to those who should know whose it is, and that it is
    late."""
    step = case.workflow.by_path[planned.place[0]]
    own = planned.own_turn
    party = planned.place[1].party
    if own:
        ask: tuple[Message | Text, ...] = (step.help,) if step.help else ()
        if planned.late:
            ask = (N_("It should have been done by %(due)s.", due=planned.due), *ask)
        else:
            ask = (_days_left(case, planned), *ask)
        subject = _asked(case, step, planned.place, late=planned.late, again=True)
    elif planned.late:
        subject, ask = _late_to_know(case, planned)
    else:
        subject = N_("Soon: %(step)s – %(review)s", step=step.title, review=title_of(case))
        ask = (N_("It is due by %(due)s.", due=planned.due),)
    if isinstance(planned.due, PutOffDay):
        ask = (*ask, N_("The day was put off from %(day)s by the time on hold.", day=planned.due.was))
    return MailWords(
        subject=subject,
        why=why(case, planned.person, party),
        ask=ask,
        link=path_to(case, planned.place),
        button=step.ask if own and step.ask else step.title,
        next=_next(case),
        names=case.names,
        order=order_of(own=own, late=planned.late, due=planned.due),
    )


def _days_left(case: OpenCase, planned: Planned) -> Message:
    """By when it is due, and how far that is from the day on which the reminder goes."""
    left = (planned.due - case.house.calendar.day(max(case.now, planned.at))).days
    if left <= 0:
        return N_("It is due today, %(due)s.", due=planned.due)
    if left == 1:
        return N_("It is due tomorrow, %(due)s.", due=planned.due)
    return N_("It is due by %(due)s: %(days)s days are left.", due=planned.due, days=left)


def _resumes(case: OpenCase, mail: DeedMail) -> bool:
    return any(
        mail.rule in action.mail for action in case.workflow.actions.values() if action.moves == "resume"
    )


def _dates_now(case: OpenCase) -> tuple[Message, ...]:
    """The agreed dates that rests have put off, as they are from now on; coordinators may read the agreement."""
    version = in_force(case.rows, case.standing)
    days = days_of(case, version) if version else {}
    return tuple(
        N_(
            "%(what)s: %(day)s, put off from %(was)s.",
            what=LABELS[f"dates.{name}"],
            day=one.day,
            was=one.day.was,
        )
        for name, one in days.items()
        if isinstance(one.day, PutOffDay)
    )


def _late_to_know(case: OpenCase, planned: Planned) -> tuple[Message, tuple[Message, ...]]:
    """To who is not the one to do it: who is, and that they know."""
    step, sides = case.workflow.by_path[planned.place[0]], _whose(case, planned.place)
    if sides and (planned.place[1].party is not None or len(sides) < len(case.standing.taking_part)):
        # Whose review it is stands in the mail; beside a side's name it would be told twice.
        subject = N_("Late: %(step)s, %(who)s", step=step.title, who=sides)
    else:
        subject = N_("Late: %(step)s – %(review)s", step=step.title, review=title_of(case))
    who: object = sides or next(
        in_a_row(role.title) for role in case.workflow.roles.values() if role.of == "network"
    )
    if planned.place[1].person is not None:
        # Who has not answered is nobody's to know, nor of which side they are (engine.md 48).
        subject = N_("Late: %(step)s – %(review)s", step=step.title, review=title_of(case))
        who = N_("those who have not answered yet")
    asks = [
        N_(
            "This should have been done by %(due)s: %(step)s. It is for %(who)s to do.",
            step=step.title,
            due=planned.due,
            who=who,
        )
    ]
    if any(
        one.own_turn and one.late and one.place == planned.place and one.at <= planned.at
        for one in plan(case.case, case.now)
    ):
        asks.append(N_("They have been reminded. You get this so that you know of it."))
    else:
        asks.append(N_("You get this so that you know of it."))
    return subject, tuple(asks)


def _whose(case: OpenCase, place: Place) -> tuple[str, ...]:
    """The sides whose turn it is, by name."""
    parties = sorted({seat.party for seat in whose_turn(case.case, place)} - {-1})
    return tuple(_side(case, party) for party in parties)


def _side(case: OpenCase, party: int) -> str:
    """A party's name, also where whoever brought about the mail must not know it: it goes to that party's people."""
    return case.rows.parties[party].name


def open_words(case: OpenCase) -> Message:
    return N_("Open the round") if case.workflow.apart else N_("Open the review")


def why(case: OpenCase, person: int, party: int | None) -> Message:
    """One sentence: why this person gets this mail."""
    if case.workflow.apart:
        return _why_of_round(case, person, party)
    for seat in case.case.seats:
        if seat.person != person == seat.reader(case.now) and (party is None or seat.party == party):
            return N_(
                "You get this mail because you stand in for %(name)s, %(role)s for %(party)s in the review %(review)s.",
                name=next(row.person.name for row in case.rows.seats if row.id == seat.id),
                role=in_a_row(case.workflow.roles[seat.role].title),
                party=_side(case, seat.party),
                review=title_of(case),
            )
        if seat.person == person and (party is None or seat.party == party):
            role = case.workflow.roles[seat.role].title
            return N_(
                "You get this mail because of your part in the review %(review)s: %(role)s for %(party)s.",
                role=in_a_row(role),
                party=_side(case, seat.party),
                review=title_of(case),
            )
    for seat in case.case.seats:
        if seat.deputy is not None and seat.deputy.person == person and party in (None, seat.party):
            return N_(
                "You get this mail because you have been named deputy of %(name)s in the review %(review)s.",
                name=next(row.person.name for row in case.rows.seats if row.id == seat.id),
                review=title_of(case),
            )
    return N_("You get this mail because you lead the review %(review)s.", review=title_of(case))


def _why_of_round(case: OpenCase, person: int, party: int | None) -> Message:
    for seat in case.case.seats:
        if person in (seat.person, seat.reader(case.now)) and party in (None, seat.party):
            return N_(
                "You get this mail because %(party)s is invited to the round %(round)s, and you are its %(role)s.",
                party=_side(case, seat.party),
                round=title_of(case),
                role=in_a_row(case.workflow.roles[seat.role].title),
            )
    return N_("You get this mail because you lead the round %(round)s.", round=title_of(case))


def _asked(case: OpenCase, step: Step, place: Place, *, late: bool = False, again: bool = False) -> Message:
    """What is asked and by when, in a subject; `again`: it has been asked before."""
    title = title_of(case)
    ask = step.ask or step.title
    due = due_date(case.case, place)
    if due is None:
        return N_("%(ask)s – %(review)s", ask=ask, review=title)
    if late or due < case.house.calendar.day(case.now):
        # Also of what begins when its day is gone. Nobody is late since a month: it was due on a day of it.
        day = date(due.year, due.month, due.day)
        return N_("Late since %(due)s: %(ask)s – %(review)s", ask=ask, due=day, review=title)
    if again:
        return N_("Reminder: %(ask)s by %(due)s – %(review)s", ask=ask, due=due, review=title)
    return N_("%(ask)s by %(due)s – %(review)s", ask=ask, due=due, review=title)


def _once(subject: Text) -> Text:
    """A subject that names a side does not name the review, which is called by its sides, as well: the mail does."""
    sides = ("{own}", "{reviews}", "{reviewed_by}")
    return Text(
        tuple(
            (language, words.removesuffix(" – {review}") if any(side in words for side in sides) else words)
            for language, words in subject.translations
        )
    )


def _filled(case: OpenCase, text: Text, mail: DeedMail) -> Text:
    """The definition's words with their gaps filled."""
    party = mail.place[1].party
    if party is None:
        party = next((m.scope.party for m in reversed(case.moves) if m.scope.party is not None), None)
    step = case.workflow.step(mail.place[0])
    gaps: dict[str, Any] = {"review": title_of(case)}
    if party is not None:
        for relation in ("own", "reviews", "reviewed_by"):
            found = case.standing.related(relation, party)
            gaps[relation] = _side(case, found[0]) if found else ""
    filled = {}
    for language, words in text.translations:
        here = {"own": "", "reviews": "", "reviewed_by": "", "due": "", **gaps}
        here["step"] = step.title.get(language) if step else ""
        filled[language] = words.format(**here)
    return Text.of(filled)


def _next(case: OpenCase) -> tuple[Message, ...]:
    """What comes then: the next step of the review by its title."""
    return tuple(N_("Next comes: %(step)s.", step=one.step.title) for one in turns.coming(case, None)[:1])


def by_side(case: OpenCase, roles: Iterable[tuple[int | None, str]]) -> tuple[Words, ...]:
    """ "Region Gävleborg: processledare och granskare", a line a side."""
    sides: dict[int | None, dict[Text, None]] = {}
    for party, role in sorted(roles, key=lambda pair: (pair[0] is None, pair[0] or 0)):
        sides.setdefault(party, {})[in_a_row(case.workflow.roles[role].title)] = None
    return tuple(
        N_("%(party)s: %(roles)s", party=PartyName(party), roles=tuple(titles))
        if party is not None
        else N_("%(roles)s", roles=tuple(titles))
        for party, titles in sides.items()
    )
