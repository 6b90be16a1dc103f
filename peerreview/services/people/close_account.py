"""What closing an account leaves without anybody; and the reviews that must learn that one is closed, or open again."""

from __future__ import annotations

import logging
from datetime import datetime

from ...engine.turns.whose_turn import vacancies
from ...errors import NotFound, PeerreviewError
from ...store.case import cases as case_store
from ...store.lists import overview as store
from ...store.people.people import Person
from ...store.review import conflicts
from ..base.house import Account, House
from ..case.opening import opened_many, without
from ..deeds.change import changing
from ..turns.vacancies import VacancyView, view_of

log = logging.getLogger(__name__)


def left_without(house: House, *, actor: Account, person_id: int, now: datetime) -> tuple[VacancyView, ...]:
    """What nobody could do any more in the running reviews and rounds, were the account closed. For the lead;
    NotFound for others."""
    if not actor.is_lead:
        raise NotFound(f"person {person_id}")
    found = []
    with house.db.read() as session:
        theirs = set(case_store.reviews_of(session, person_id, now))
        person = session.get(Person, person_id)
        if person is not None and person.is_lead:
            # They may be the last lead without a conflict of interest where they have no seat at all.
            theirs |= conflicts.reviews_of_conflicted(session)
        for case in opened_many(house, session, store.running(session, theirs), account=actor, now=now):
            before = {(one.party, one.roles) for one in vacancies(case.case)}
            after = vacancies(without(case, person_id))
            found += [
                view_of(case, one, would_be=True) for one in after if (one.party, one.roles) not in before
            ]
    return tuple(sorted(found, key=lambda view: not view.now))


def look_again(house: House, person_id: int, now: datetime) -> None:
    """Let the running reviews of somebody whose account has been closed, or opened again, plan their mail anew and see
    who is left. One that cannot be moved must not keep the account from it: it finds out when it is next."""
    with house.db.write() as session:
        person = session.get(Person, person_id)
        if person is not None and person.is_lead:
            conflicts.wake_reviews_of_lead(session, person_id)
    with house.db.read() as session:
        ids = store.running(session, case_store.reviews_of(session, person_id, now))
    for review_id in ids:
        try:
            with changing(house, review_id=review_id, actor=None, now=now):
                pass
        except PeerreviewError:
            log.exception("review %s could not be looked at", review_id)
