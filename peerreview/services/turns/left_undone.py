"""What a deed would leave undone: said on its page before it is done. And what cannot be concluded yet."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.language.definition import Action, Artefact, Condition
from ...engine.running.case import Scope
from ...errors import N_, Message, PartyName
from ...store.artefacts import reports as texts
from ..case.meeting_times import plan_of
from ..case.opening import OpenCase


def lies_ahead(case: OpenCase, action: Action) -> Message | None:
    """Why a meeting cannot be concluded: its day has not come (engine.md 26). None where it has."""
    today = case.house.calendar.day(case.now)
    for effect in action.does:
        artefact = case.artefact(effect.artefact)
        if (artefact.kind.name, effect.effect) != ("meeting", "hold") or artefact.per != "review":
            continue
        day = plan_of(case.data(artefact.key)).date
        if day is not None and day > today:
            return N_(
                "the meeting is planned for %(day)s, which lies ahead; if it has been held, change its day first",
                day=day,
            )
    return None


def left_undone(case: OpenCase, action: Action, scope: Scope) -> tuple[Message, ...]:
    """In sentences, as far as the actor may read of it: questions without an answer where a meeting is concluded,
    comments on a text that is declared done."""
    kinds = {(case.artefact(effect.artefact).kind.name, effect.effect) for effect in action.does}
    found: list[Message] = []
    if ("meeting", "hold") in kinds:
        found += _unanswered(case)
    if action.to == "next" and scope.party is not None:
        for artefact in _texts(case, action.needs):
            found += _commented(case, artefact, scope.party)
    return tuple(found)


def _unanswered(case: OpenCase) -> Iterator[Message]:
    for artefact in case.artefacts_of("questions"):
        for party in case.standing.taking_part:
            states = [state for state, _ in case.rows.questions[(artefact.key, party)] if state != "draft"]
            left = states.count("sent")
            if left and case.sees(artefact.key, "read", party, "sent"):
                yield N_(
                    "%(left)s of %(total)s questions from %(party)s have no answer.",
                    left=left,
                    total=len(states),
                    party=PartyName(party),
                )


def _commented(case: OpenCase, artefact: Artefact, party: int) -> Iterator[Message]:
    """Comments that came after the text was last changed have hardly been worked in."""
    if artefact.per != "party" or not case.sees(artefact.key, "read", party, "presented"):
        return
    comments = texts.comments_of(case.session, case.review.id, artefact.key, party)
    newest = texts.newest(case.session, case.review.id, artefact.key, party)
    since = [one for one, _ in comments if newest is None or one.at > newest.saved_at]
    if comments:
        yield _how_many(len(comments), len(since))


def _how_many(count: int, new: int) -> Message:
    if count == 1:
        if new:
            return N_("Others have written a comment on the text, after it was last changed.")
        return N_("Others have written a comment on the text, before it was last changed.")
    if new == count:
        return N_(
            "Others have written %(count)s comments on the text, all after it was last changed.", count=count
        )
    if new == 0:
        return N_(
            "Others have written %(count)s comments on the text, all before it was last changed.", count=count
        )
    return N_(
        "Others have written %(count)s comments on the text, %(new)s of them after it was last changed.",
        count=count,
        new=new,
    )


def _texts(case: OpenCase, needs: Condition) -> Iterator[Artefact]:
    """The texts that an action needs to be ready."""
    if needs.fact is not None:
        artefact = case.workflow.artefacts.get(needs.fact.artefact)
        if artefact is not None and artefact.kind.name == "text" and needs.fact.fact == "ready":
            yield artefact
    for part in needs.parts:
        yield from _texts(case, part)
