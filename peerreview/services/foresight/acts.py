"""The house's own acts beside the definition's actions, and what the page of each lists: documents lent and put aside,
agreements confirmed, people reminded, accounts closed, a round's reviews begun.

An act is known by its address. Its form carries a fingerprint of what is listed here (`seal_of`), and in the deed's
own transaction it is asked whether that is still so (`Shown.asked`): the same function lists it both times. Nothing
of it stands in the deeds themselves, so that a new one needs a line in `ACTS`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...errors import N_, Conflict, Message, NotFound, Refused
from ...store.lists import overview
from ..base import fingerprint
from ..base.fingerprint import Changed, Thing
from ..base.house import Account, House
from ..case.opening import OpenCase
from . import act_things as lists
from . import act_things_of_people as people_lists
from .act_things import Asked


@dataclass(frozen=True)
class Act:
    """`title`: what the page that asks again says, and its button. `things`: what it is about now. `named_by`: the
    fields of its form that tell one such act from another. `fresh`: the fields by which the deed itself knows the
    version that is meant, as they would be on a new page."""

    title: Message
    things: Callable[[Asked], Iterable[Thing]]
    named_by: tuple[str, ...] = ()
    fresh: Callable[[Asked], Mapping[str, list[str]]] | None = None


def seal_of(act: str, asked: Asked) -> str:
    """For the form of an act: the fingerprint of what is listed now; "" where the actor has nothing to do with it."""
    found = ACTS[act]
    things = _listed(found, asked)
    return fingerprint.seal(asked.house, asked.actor, _name(act, found, asked), things) if things else ""


def seal_in(case: OpenCase, act: str, **args: Any) -> str:
    """The same on a page that has opened the review already."""
    if case.account is None:
        return ""
    path = {"review_id": case.review.id}
    cases = {case.review.id: case}
    return seal_of(
        act, Asked(case.house, case.session, case.account, case.now, {**args, **path}, path, cases)
    )


@dataclass
class Shown:
    """What a form says that its page showed, on its way to the deed."""

    act: str
    path: Mapping[str, Any]
    args: Mapping[str, Any]
    seal: str
    now: datetime
    known: bool = False

    @contextmanager
    def asked(self, house: House, session: Session, actor: Account, case: OpenCase | None) -> Iterator[None]:
        """See House.asked. Once for each form: what the deed has done itself since is its own."""
        if self.known:
            yield
            return
        self.known = True
        found, cases = ACTS[self.act], {case.review.id: case} if case else {}
        asked = Asked(house, session, actor, self.now, self.args, self.path, cases)
        things = _listed(found, asked)
        fresh = found.fresh(asked) if found.fresh and things else {}
        try:
            yield
        except Conflict:
            # Where it can still be done, of what is there now, that is asked again; else the deed says why not.
            if any(fresh.values()):
                self._require(asked, things, fresh)
            raise
        self._require(asked, things, fresh)

    def _require(self, asked: Asked, things: list[Thing], fresh: Mapping[str, list[str]]) -> None:
        found = ACTS[self.act]
        name = _name(self.act, found, asked)
        try:
            fingerprint.require(asked.house, asked.actor, name, things, self.seal, title=found.title)
        except Changed as error:
            error.fresh = fresh
            raise


def _listed(act: Act, asked: Asked) -> list[Thing]:
    """Nothing, where the actor has nothing to do with it: the deed says so."""
    try:
        return list(act.things(asked))
    except (NotFound, Refused):
        return []


def _name(act: str, found: Act, asked: Asked) -> str:
    path = [f"{key}={asked.path[key]}" for key in sorted(asked.path)]
    return ":".join([act, *path, *(str(asked.args.get(name, "")) for name in found.named_by)])


def _under_way(asked: Asked) -> Iterator[Thing]:
    """What runs already: pressed twice, or by two leads at once, a review is not begun twice."""
    if not asked.actor.is_lead:
        raise NotFound("cases")
    yield Thing("begun", "", N_("What is begun now"))
    for id, called in overview.under_way(asked.session):
        yield Thing(f"case:{id}", "", called)


ACTS: Mapping[str, Act] = {
    "lead.begin_review": Act(N_("Propose a review"), _under_way),
    "rounds.open_round": Act(N_("Open a round"), _under_way),
    "agreement.confirm": Act(N_("Confirm the agreement"), lists.agreement, fresh=lists.agreement_fields),
    "agreement.drop": Act(N_("Take the proposal back"), lists.agreement, fresh=lists.agreement_fields),
    "moving.move": Act(N_("Propose the dates"), lists.dates),
    "moving.decline": Act(N_("Decline the proposed change"), lists.agreement, fresh=lists.agreement_fields),
    "more_time.ask": Act(N_("Ask for more time"), lists.more_time),
    "more_time.give": Act(N_("Give more time"), lists.more_time),
    "more_time.answer": Act(N_("Answer about more time"), lists.more_time, fresh=lists.time_fields),
    "more_time.withdraw": Act(N_("Take back what you asked for"), lists.more_time, fresh=lists.time_fields),
    "materials.share_now": Act(
        N_("Share the draft for comments"), lists.document, fresh=lists.document_fields
    ),
    "materials.end_sharing": Act(N_("End the sharing"), lists.document),
    "materials.withdraw": Act(N_("Put the document aside"), lists.document),
    "materials.put_back": Act(N_("Take the document up again"), lists.document),
    "materials.save_description": Act(N_("Change title and marking"), lists.document),
    "materials.hand_in_later": Act(N_("Hand in what has been added"), lists.later, fresh=lists.later_fields),
    "questions.remove": Act(N_("Remove the question"), lists.question),
    "questions.put_back": Act(N_("Put the question back"), lists.question),
    "examples.do": Act(N_("Go on with the example"), lists.example, fresh=lists.example_fields),
    "hours.strike": Act(N_("Strike out"), lists.hours),
    "lead.remind": Act(N_("Remind now"), lists.reminded, ("step", "party")),
    "lead.retry": Act(N_("Try again now"), lists.mail),
    "lead.lay_aside": Act(N_("Do not send it"), lists.mail),
    "planned.send": Act(N_("Send it now"), lists.planned),
    "planned.hold": Act(N_("Hold it back"), lists.planned),
    "missing.hold": Act(N_("Hold it back"), lists.missing, ("step", "rule", "held")),
    "planned.let_go": Act(N_("Let it go on its day"), lists.planned),
    "planned.line": Act(N_("Save the line"), lists.planned),
    "missing.line": Act(N_("Save the line"), lists.missing, ("step", "rule")),
    "people.change": Act(N_("Save"), people_lists.about_person),
    "people.change_organisation": Act(N_("Save"), people_lists.organisation),
    "people.save_results": Act(N_("Save the results"), people_lists.results),
    "people.invite": Act(N_("Send the invitation again"), people_lists.person),
    "people.do_close": Act(N_("Close the account"), people_lists.person),
    "people.reopen": Act(N_("Open the account again"), people_lists.person),
    "intake.invite_all": Act(N_("Invite them all"), people_lists.uninvited),
    "people.leave": Act(N_("Take the function away"), people_lists.person),
    "people.forget_address": Act(N_("Forget the new address"), people_lists.pending_address),
    "people.remove_results": Act(N_("Take these results away"), people_lists.results),
    "team.remove": Act(N_("Take the person off the side"), people_lists.seat),
    "team.invite": Act(N_("Send the invitation again"), people_lists.seat),
    "team.end_deputy": Act(N_("End the deputy's time"), people_lists.seat),
    "rounds.save_letter": Act(N_("Save"), lists.timetable),
    "rounds.set_dates": Act(N_("Save the dates"), lists.timetable),
    "rounds.send_letter": Act(N_("Send it to all who are invited"), lists.letter, fresh=lists.letter_fields),
    "rounds.invite_more": Act(N_("Invite the organisation"), lists.joining),
    "rounds.close": Act(N_("Wait no longer for them"), lists.round),
    "rounds.begin": Act(N_("Begin the reviews"), lists.round),
    "rounds.follow_register": Act(N_("Let the round follow the register"), people_lists.register),
    "pairing.propose": Act(N_("Choose the pairing and begin its reviews"), lists.round),
    "interests.decline": Act(N_("Decline"), lists.answer),
    "interests.withdraw": Act(N_("Withdraw from the round"), lists.answer),
}
