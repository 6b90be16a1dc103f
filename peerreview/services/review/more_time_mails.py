"""Who is asked for more time, and the mails about it; none says why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ...engine.language.definition import RoleRef
from ...engine.running.case import Place, Seat
from ...engine.running.conflicts import without
from ...engine.running.leaving import who_grants
from ...engine.turns.whose_turn import recipients
from ...errors import N_, Message
from ..base.words import Words
from ..case.opening import OpenCase
from ..mail.tell import tell_seats
from ..turns import wording
from ..turns.askings import href_of
from ..turns.wording import by_side


def granters(case: OpenCase, place: Place) -> tuple[Seat, ...]:
    more = case.case.step(place).more_time
    meant = recipients(case.case, who_grants(case.case, place), place[1]) if more else ()
    return without(case.case, meant)


def asked_of(case: OpenCase, place: Place) -> tuple[Words, ...]:
    seats = granters(case, place)
    return by_side(case, dict.fromkeys((s.party if s.party >= 0 else None, s.role) for s in seats))


def tell_asked(case: OpenCase, place: Place, wished: date) -> None:
    side, step = case.names[place[1].party or 0], case.case.step(place).title
    subject = N_("%(side)s asks for more time: %(step)s", side=side, step=step)
    asks = (
        N_("They ask for time until %(day)s.", day=wished),
        N_("Read why, and give the time asked for, another day, or none."),
    )
    _mail(case, granters(case, place), subject, asks, N_("Read and answer"), place)


def tell_answered(case: OpenCase, place: Place, until: date | None) -> None:
    more, step = case.case.step(place).more_time, case.case.step(place).title
    assert more is not None
    refs = (
        *more.by,
        *(RoleRef("own", role.key) for role in case.workflow.roles.values() if role.of == "network"),
    )
    told = recipients(case.case, refs, place[1])
    if until is None:
        subject = N_("No more time: %(step)s – %(review)s", step=step, review=_review(case))
        # A round's history is the lead's alone; there the page of the asking says why.
        where = N_("The date stays as it was. The reason stands on the page.")
        history = N_("The date stays as it was. The reason stands in the history.")
        asks = (where if case.workflow.apart else history,)
    else:
        subject = N_(
            "More time until %(day)s: %(step)s – %(review)s", day=until, step=step, review=_review(case)
        )
        asks = (N_("The date and the reminders have been moved."),)
    if case.workflow.apart:
        sides = [seat for seat in told if seat.party >= 0]
        _mail(case, sides, subject, asks, N_("See the answer"), place, own=True)
        _mail(case, [seat for seat in told if seat.party < 0], subject, asks, N_("See the answer"), place)
    else:
        _mail(case, told, subject, asks, N_("Read the history"), None)


def _review(case: OpenCase) -> str:
    return wording.title_of(case)


def _mail(
    case: OpenCase,
    seats: Iterable[Seat],
    subject: Message,
    asks: tuple[Message, ...],
    button: Message,
    place: Place | None,
    *,
    own: bool = False,
) -> None:
    """With no word of why."""
    link = href_of(case, place, own=own) if place is not None else f"/reviews/{case.review.id}/history"
    tell_seats(case, seats, kind="time", subject=subject, asks=asks, link=link, button=button)
