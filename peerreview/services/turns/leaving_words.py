"""What mails say where a side has withdrawn, or is no longer waited for: to each reader what it means for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...engine.running.leaving import finished, finished_about
from ...engine.turns.telling import LEFT, PASSED, REPORT, STAYS, DeedMail
from ...errors import N_, Message, PartyName, Refused
from ..case.opening import OpenCase


class Said(NamedTuple):
    """`page`: under the review."""

    subject: Message
    asks: tuple[Message, ...]
    page: str = ""
    button: Message | None = None


def said_of(case: OpenCase, mail: DeedMail, title: str) -> Said:
    """The house's own words of a mail; `title`: what the review is called."""
    if mail.about == REPORT:
        return Said(
            N_("The report about you has been handed over – %(review)s", review=title),
            (
                N_(
                    "You have withdrawn from the review, so you need not acknowledge that you have received it."
                ),
            ),
            "report",
            N_("Open the report"),
        )
    if mail.about == PASSED:
        step = case.workflow.by_path[mail.place[0]].title
        asks = [N_("The project lead counts the step %(step)s as done, without you.", step=step)]
        if case.workflow.apart and not _is_interested(case, mail.place[1].party):
            asks.append(N_("You count as not taking part in the round."))
        return Said(N_("No longer awaited: %(step)s – %(review)s", step=step, review=title), tuple(asks))
    assert mail.about in (LEFT, STAYS)
    party, decided = _who_left(case)
    subject = N_("%(party)s has withdrawn", party=_name(case, party))
    if decided:
        subject = N_("Decided after %(party)s withdrew", party=_name(case, party))
    if mail.about == LEFT:
        return Said(subject, to_who_left(case, party, decided=decided))
    if mail.party is None:
        return _to_lead(case, party, subject)
    return Said(subject, to_who_stays(case, mail.party))


def _name(case: OpenCase, party: int) -> str:
    return case.rows.parties[party].name


def _is_interested(case: OpenCase, party: int | None) -> bool:
    return any(case.case.facts.get(a.key, "interested", party) for a in case.artefacts_of("interest"))


def _who_left(case: OpenCase) -> tuple[int, bool]:
    """Who has withdrawn in this deed; or (True) of whom the lead has said what is still finished."""
    for move in reversed(case.moves):
        if move.action is not None and move.action.moves == "withdraw" and move.choice.party is not None:
            return move.choice.party, move.choice.party in move.before.standing.withdrawn
    raise AssertionError("nobody has withdrawn")


def to_who_left(case: OpenCase, party: int, *, decided: bool = False) -> tuple[Message, ...]:
    """What it means for the side that has withdrawn."""
    if case.workflow.apart:
        return (N_("You no longer take part in the round, and have nothing more to do in it."),)
    about = tuple(PartyName(p) for p in finished_about(case.case, party))
    rest: tuple[Message, ...] = ()
    if party in case.standing.undecided and about:
        rest = (
            N_(
                "The project lead decides whether the review of you is finished. If it is, you get the report."
            ),
        )
    elif about:
        rest = (N_("%(sides)s finishes its review of you, and you get the report.", sides=about),)
    elif decided:
        rest = (N_("No report about you will be written."),)
    if decided:
        return rest
    return (
        N_(
            "You have nothing more to do in the review. What has been opened to you until now you can still read."
        ),
        *rest,
    )


def to_who_stays(case: OpenCase, party: int) -> tuple[Message, ...]:
    """What it means for a side that still takes part."""
    standing = case.standing
    other, by = standing.reviews[party], standing.related("reviewed_by", party)
    if not standing.given_up:
        sides = tuple(PartyName(p) for p in by)
        return (N_("You now review %(other)s, and %(by)s reviews you.", other=PartyName(other), by=sides),)
    first = (N_("The project lead decides which reviews are still finished, and tells you."),)
    return (
        *(first if standing.undecided else ()),
        _theirs(case, party, other),
        *(_about_them(case, p) for p in by),
    )


def _theirs(case: OpenCase, party: int, other: int) -> Message:
    standing = case.standing
    if party in standing.given_up:
        return N_(
            "You do not finish your review of %(other)s. What you have written is kept.",
            other=PartyName(other),
        )
    if other in standing.undecided:
        return N_(
            "Until then you go on with your review of %(other)s, with the materials that you have been given. "
            "%(other)s answers no questions, and need not acknowledge the report.",
            other=PartyName(other),
        )
    if other in standing.withdrawn:
        return N_(
            "You still finish your review of %(other)s, with the materials that you have been given. "
            "%(other)s answers no questions, and need not acknowledge the report.",
            other=PartyName(other),
        )
    return N_("You go on with your review of %(other)s.", other=PartyName(other))


def _about_them(case: OpenCase, by: int) -> Message:
    if by in case.standing.given_up and not finished(case.case, by):
        return N_("%(by)s makes no report about you.", by=PartyName(by))
    return N_("%(by)s goes on with its review of you.", by=PartyName(by))


def _to_lead(case: OpenCase, party: int, subject: Message) -> Said:
    if party in case.standing.undecided:
        asks = (N_("Say which of the reviews are still finished."),)
        return Said(
            subject, asks, f"actions/{_withdrawing(case)}?side={party}", N_("Choose what is still finished")
        )
    return Said(subject, pairs_of(case))


def _withdrawing(case: OpenCase) -> str:
    return next(key for key, action in case.workflow.actions.items() if action.moves == "withdraw")


def pairs_of(case: OpenCase) -> tuple[Message, ...]:
    """Who still reviews whom."""
    standing = case.standing
    return tuple(
        N_("%(party)s reviews %(other)s.", party=PartyName(p), other=PartyName(standing.reviews[p]))
        for p in standing.taking_part
        if p not in standing.given_up
    )


def ask_nobody_who_left(case: OpenCase, sides: Iterable[int]) -> None:
    """Raise Refused where a side whose consent is wanted has withdrawn: it acts in nothing, and cannot give it."""
    if gone := tuple(PartyName(party) for party in sides if party in case.standing.withdrawn):
        raise Refused(
            N_("%(sides)s has withdrawn and is not asked: write it so that it is not about them", sides=gone)
        )
