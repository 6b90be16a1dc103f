"""Whoever was told that others are late is told when that is over: done, or no longer waited for."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.running.case import ACTIVE, OVER, WAIVED, Case, Mark, Place
from ...engine.running.timing import due_date
from ...errors import N_, Message
from ...rendering.mails import MailWords
from ...store.mail import planned as store
from ..base import clock
from ..case.opening import OpenCase
from ..turns import wording
from . import digests


def tell_over(case: OpenCase, told: set[int]) -> None:
    """After a deed: of each late step that it has made an end of, to those who were told of the lateness. `told`: whom
    the deed's own mails say more. Of a review that has ended everybody hears."""
    if not case.moves or case.standing.ended:
        return
    over = list(_over(case, case.moves[0].before))
    if not over:
        return
    warned = store.warned_of(case.session, case.review.id, {place[0] for place, _ in over})
    acting = case.account.person_id if case.account else None
    news: dict[int, list[tuple[Place, Mark]]] = {}
    for place, mark in over:
        party = -1 if place[1].party is None else place[1].party
        for person in warned.get((place[0], party, mark.visit), ()):
            if person not in told | {acting} and digests.takes_part(case, person):
                news.setdefault(person, []).append((place, mark))
    for found in store.people(case.session, news).values():
        for place, mark in news[found.id] if found.closed_at is None else ():
            digests.tell(
                case,
                found,
                kind="late_over",
                words=_words(case, found.id, place, mark),
                real_now=clock.real_time(case.session, case.now),
                at=case.now if case.account else case.house.calendar.opens(case.now),
            )


def _over(case: OpenCase, before: Case) -> Iterator[tuple[Place, Mark]]:
    """The steps that were late and are over."""
    today = case.house.calendar.day(case.now)
    for place, mark in before.standing.marks.items():
        if mark.state != ACTIVE or before.step(place).children or place[1].person is not None:
            continue
        now = case.standing.marks.get(place)
        due = due_date(before, place)
        if now is not None and now.state in OVER and due is not None and due < today:
            yield place, now


def _words(case: OpenCase, person: int, place: Place, mark: Mark) -> MailWords:
    step, party = case.workflow.by_path[place[0]], place[1].party
    who = case.rows.parties[party].name if party is not None else wording.title_of(case)
    said: Message = N_("This was late: %(step)s, %(who)s. Now it has been done.", step=step.title, who=who)
    if mark.state == WAIVED:
        said = N_("This was late: %(step)s, %(who)s. It is waited for no longer.", step=step.title, who=who)
    return MailWords(
        subject=N_("No longer late: %(step)s, %(who)s", step=step.title, who=who),
        why=wording.why(case, person, None),
        ask=(said,),
        link=wording.path_to(case, place),
        button=wording.open_words(case),
        names=case.names,
    )
