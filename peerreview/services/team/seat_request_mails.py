"""The mails about somebody of another organisation who is asked to sit for a side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from ...errors import N_, Message
from ...rendering.mails import MailWords
from ...store.people.people import Person, leads
from ...store.review import seat_requests as store
from ...store.review.seat_requests import SeatRequest
from ..base import clock
from ..case.opening import OpenCase
from ..mail.put_in_outbox import enqueue
from ..turns import wording
from .seat_rules import coordinators_of


def path_of(request: SeatRequest) -> str:
    return f"/seat-requests/{request.id}"


def last_day(case: OpenCase, request: SeatRequest) -> date:
    """The last day on which it can be answered."""
    return case.house.calendar.day(request.expires_at - timedelta(seconds=1))


def tell_asked(case: OpenCase, request: SeatRequest, *, chooses: bool) -> None:
    """To the person, and to those who answer for each organisation that they belong to."""
    side, title, last = _side(case, request), wording.title_of(case), last_day(case, request)
    belongs = N_(
        "You belong to another organisation, which is asked too. You are on the team when both of you have said yes."
    )
    if chooses:
        belongs = N_(
            "You can sit for one side alone. Say yes if you belong to %(party)s: "
            "then you give up the seat that you have on another side.",
            party=side,
        )
    _mail(
        case,
        [request.person],
        N_("Will you sit on a review team? Answer by %(day)s – %(review)s", day=last, review=title),
        N_(
            "%(party)s would like to have you on its team in the review %(review)s.", party=side, review=title
        ),
        (belongs,),
        link=path_of(request),
        button=N_("Read and answer"),
    )
    names = {one.organisation_id: one.organisation.name for one in request.answers if one.organisation}
    for organisation, speaking in store.speaks_for(case.session, _asked(request)).items():
        _mail(
            case,
            [person for person in speaking or leads(case.session) if person.id != request.person_id],
            N_(
                "May %(name)s sit on another team? Answer by %(day)s – %(review)s",
                name=request.person.name,
                day=last,
                review=title,
            ),
            N_(
                "%(party)s would like to have %(name)s on its team in the review %(review)s.",
                party=side,
                name=request.person.name,
                review=title,
            ),
            (
                N_(
                    "%(name)s belongs to %(organisation)s, and you answer for it.",
                    name=request.person.name,
                    organisation=names[organisation],
                ),
            ),
            link=path_of(request),
            button=N_("Read and answer"),
        )


def tell_declined(case: OpenCase, request: SeatRequest, *, by_person: bool) -> None:
    """To the side that asked; to the person, where it was their organisation that said no."""
    name, title = request.person.name, wording.title_of(case)
    _to_side(
        case,
        request,
        N_("%(name)s will not sit on your team – %(review)s", name=name, review=title),
        N_(
            "%(name)s, or the organisation they belong to, has said no. You can appoint somebody else.",
            name=name,
        ),
    )
    if not by_person:
        _mail(
            case,
            [request.person],
            N_("You will not sit on the team – %(review)s", review=title),
            N_("Your organisation has said no to your sitting for %(party)s.", party=_side(case, request)),
        )


def tell_expired(case: OpenCase, request: SeatRequest) -> None:
    name, title = request.person.name, wording.title_of(case)
    _to_side(
        case,
        request,
        N_("No answer in time: %(name)s – %(review)s", name=name, review=title),
        N_("Not all who were asked whether %(name)s sits on your team have answered in time.", name=name),
    )


def tell_withdrawn(case: OpenCase, request: SeatRequest) -> None:
    _tell_over(case, request, N_("%(party)s has taken back its question.", party=_side(case, request)))


def tell_void(case: OpenCase, request: SeatRequest) -> None:
    """Where the review has ended, or the side has left it."""
    why = N_("The review has ended, and there is nothing to answer any more.")
    if case.standing.ended is None:
        why = N_(
            "%(party)s has withdrawn from the review, and there is nothing to answer any more.",
            party=_side(case, request),
        )
    _tell_over(case, request, why)


def tell_impossible(case: OpenCase, request: SeatRequest) -> None:
    """Where the place can no longer be given: to the side that asked, and to those whom it asked."""
    name, side = request.person.name, _side(case, request)
    _to_side(
        case,
        request,
        N_("%(name)s will not sit on your team – %(review)s", name=name, review=wording.title_of(case)),
        N_(
            "%(name)s has another part in the review by now, or no open account. You can appoint somebody else.",
            name=name,
        ),
    )
    why = N_(
        "The place on the team of %(party)s can no longer be given: "
        "whoever was asked has another part in the review by now, or no open account.",
        party=side,
    )
    _tell_over(case, request, why)


def _tell_over(case: OpenCase, request: SeatRequest, why: Message) -> None:
    """To all who were asked, the organisations too."""
    name, title = request.person.name, wording.title_of(case)
    speaking = store.speaks_for(case.session, _asked(request)).values()
    others = {one.id: one for several in speaking for one in several or leads(case.session)}
    others.pop(request.person_id, None)
    subject = N_("You are no longer asked to sit on a team – %(review)s", review=title)
    _mail(case, [request.person], subject, why)
    subject = N_("%(name)s is no longer asked to sit on a team – %(review)s", name=name, review=title)
    _mail(case, others.values(), subject, why)


def tell_accepted(case: OpenCase, request: SeatRequest) -> None:
    name, title = request.person.name, wording.title_of(case)
    _mail(
        case,
        [request.person],
        N_("You take part in a review – %(review)s", review=title),
        N_("You sit on the team of %(party)s: all who were asked have said yes.", party=_side(case, request)),
        link=f"/reviews/{case.review.id}",
        button=N_("Open the review"),
    )
    _to_side(
        case,
        request,
        N_("%(name)s is on your team – %(review)s", name=name, review=title),
        N_("All who were asked have said yes."),
    )


def tell_moved(case: OpenCase, party: int, person: Person) -> None:
    """To a side whose seat somebody has left because they belong to another organisation of the review."""
    _mail(
        case,
        coordinators_of(case, party),
        N_(
            "%(name)s is no longer on your team – %(review)s", name=person.name, review=wording.title_of(case)
        ),
        N_("%(name)s belongs to another side of the review and sits for it from now on.", name=person.name),
        (N_("What they have written stays. Appoint somebody else where you need to."),),
        link=f"/reviews/{case.review.id}/team",
        button=N_("Open the team"),
    )


def _asked(request: SeatRequest) -> tuple[int, ...]:
    return tuple(one.organisation_id for one in request.answers if one.organisation_id is not None)


def _side(case: OpenCase, request: SeatRequest) -> str:
    return case.rows.parties[request.party].name


def _to_side(case: OpenCase, request: SeatRequest, subject: Message, why: Message) -> None:
    link = f"/reviews/{case.review.id}/team"
    _mail(case, coordinators_of(case, request.party), subject, why, link=link, button=N_("Open the team"))


def _mail(
    case: OpenCase,
    people: Iterable[Person],
    subject: Message,
    why: Message,
    asks: tuple[Message, ...] = (),
    *,
    link: str = "",
    button: Message | str = "",
) -> None:
    words = MailWords(subject=subject, why=why, ask=asks, link=link, button=button, names=case.names)
    for person in people:
        if person.closed_at is None:
            enqueue(
                case.session,
                case.house,
                person=person,
                kind="team",
                words=words,
                review_id=case.review.id,
                now=case.now,
                real_now=clock.real_time(case.session, case.now),
            )
