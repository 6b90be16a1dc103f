"""What stands still in the network, once a week to each of its leads (engine.md 53): however long it has been late.

A week is told of once, on its first day that is worked; whoever has become a lead in the midst of one hears with the
next. `Person.still_told` holds the Monday.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import N_, Message, PeerreviewError
from ...rendering.mails import MailWords
from ...store.lists import overview as store
from ...store.people import people as people_store
from ...store.review import conflicts
from ..base.house import House
from ..case.opening import OpenCase, opened_many
from ..mail import put_in_outbox
from ..mail.mail_choices import LATE, choices_of
from ..turns import turns
from ..turns.task_lists import who_of
from ..turns.turns import Turn
from ..turns.vacancies import VacancyView, vacant_in
from ..turns.wording import title_of

log = logging.getLogger(__name__)
KIND = "still"
# Beyond so many nobody reads on; the board has them all.
MOST, MOST_SIDES = 30, 3
UNDECIDED = N_("a declared conflict of interest waits for a project lead's decision")


@dataclass(frozen=True)
class Still:
    """A review or a round in which something is late, or nobody could do it; the oldest first."""

    title: str
    late: tuple[Turn, ...]
    vacant: tuple[VacancyView, ...]
    words: tuple[Message, ...]
    is_round: bool = False


def tell_leads(house: House, *, now: datetime, real_now: datetime) -> int:
    """Tell every lead who has not been told this week, from its first worked morning on; gives how many mails."""
    today = house.calendar.day(now)
    monday = today - timedelta(days=today.weekday())
    if now < house.calendar.mail_at(monday):
        return 0
    with house.db.read() as session:
        leads = people_store.leads_not_told(session, monday)
    sent = 0
    for person_id in leads:
        try:
            sent += _tell(house, person_id, monday, now, real_now)
        except PeerreviewError:
            # Those who lead beside them are told all the same.
            log.exception("lead %s could not be told what stands still", person_id)
    return sent


def _tell(house: House, person_id: int, monday: date, now: datetime, real_now: datetime) -> int:
    with house.db.write() as session:
        person = people_store.person_by_id(session, person_id, lock=True)
        if person is None or (person.still_told is not None and person.still_told >= monday):
            return 0
        choices, new = choices_of(person), person.still_told is None
        if choices.away_until is not None and house.calendar.day(now) <= choices.away_until:
            return 0
        person.still_told = monday
        if new or LATE in choices.declined:
            return 0
        still = standing_still(house, session, now)
        if not still:
            return 0
        put_in_outbox.enqueue(
            session,
            house,
            person=person,
            kind=KIND,
            words=words_of(house, still),
            review_id=None,
            now=now,
            real_now=real_now,
            may_decline=LATE,
        )
        return 1


def standing_still(house: House, session: Session, now: datetime) -> list[Still]:
    """The reviews and rounds in which something is late, nobody could do it, or a declared conflict of interest is not
    decided on."""
    waiting = {one.review_id for one in conflicts.undecided(session, limit=MOST) if one.review_id is not None}
    ids = {*store.standing_still(session, house.calendar.day(now)), *waiting}
    found = []
    for case in opened_many(house, session, ids, account=None, now=now):
        late = [turn for turn in turns.turns(case) if turn.late]
        vacant = () if case.standing.on_hold else vacant_in(case)
        declared = [UNDECIDED] if case.review.id in waiting else []
        if late or vacant or declared:
            words = (*_lines(case, late), *declared)
            found.append(Still(title_of(case), tuple(late), vacant, words, case.workflow.apart))
    return sorted(found, key=lambda one: min((t.due for t in one.late if t.due), default=date.max))


def _lines(case: OpenCase, late: list[Turn]) -> list[Message]:
    """ "Lämna in underlaget, Region Gävleborg (processledare), sedan tis 3 mars"; of a step that many sides have for
    themselves how many they are."""
    lines = []
    for path in dict.fromkeys(turn.step.path for turn in late):
        several = [turn for turn in late if turn.step.path == path]
        step, since = several[0].step.title, min(turn.due for turn in several if turn.due)
        if any(turn.place[1].person is not None for turn in several):
            # Who has not answered is nobody's to know, nor how many they are (engine.md 48).
            lines.append(N_("%(step)s, since %(due)s", step=step, due=since))
        elif len(several) > MOST_SIDES:
            lines.append(
                N_(
                    "%(step)s, %(count)s organisations, the first since %(due)s",
                    step=step,
                    count=len(several),
                    due=since,
                )
            )
        else:
            who = tuple(dict.fromkeys(one for turn in several for one in who_of(case, turn)))
            lines.append(N_("%(step)s, %(who)s, since %(due)s", step=step, who=who, due=since))
    return lines


def _subject(still: list[Still]) -> Message:
    """A round is told of by its name, and counts as no review."""
    if len(still) == 1:
        if still[0].is_round:
            return N_("The round stands still: %(round)s", round=still[0].title)
        return N_("One review stands still: %(review)s", review=still[0].title)
    if any(one.is_round for one in still):
        return N_("Reviews and rounds stand still: %(count)s", count=len(still))
    return N_("%(count)s reviews stand still", count=len(still))


def words_of(house: House, still: list[Still]) -> MailWords:
    asks: list[Message] = []
    for one in still[:MOST]:
        if len(one.words) == 1:
            asks.append(N_("%(review)s: %(late)s.", review=one.title, late=one.words[0]))
        elif one.words:
            # A paragraph each: a row of rows cannot be read.
            asks.append(N_("%(review)s:", review=one.title))
            asks += [N_("%(late)s.", late=words) for words in one.words]
        asks += [N_("%(review)s: %(what)s", review=one.title, what=view.words) for view in one.vacant]
    if len(still) > MOST:
        asks.append(N_("And %(count)s more, on the board.", count=len(still) - MOST))
    return MailWords(
        subject=_subject(still),
        why=N_(
            "You get this mail once a week because you lead %(network)s.", network=house.settings.network_name
        ),
        ask=tuple(asks),
        link="/lead",
        button=N_("See the board"),
    )
