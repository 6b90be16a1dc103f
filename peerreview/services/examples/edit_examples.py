"""Examples to learn from, in their review: written by a side, consented to by those they are about, published.

Who may what follows the definition (`example.*`). A text that names another side is about it, whatever is ticked:
that side consents before anybody else reads it. A change after that asks anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ...errors import N_, Conflict, Message, NotFound, Refused
from ...store.artefacts import examples as store
from ...store.artefacts.examples import PARTS, Example
from ...store.connection.collation import fold
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.form_drafts import forget
from ..case.opening import OpenCase
from ..deeds.change import changing
from ..mail.tell import tell_team
from ..turns.leaving_words import ask_nobody_who_left
from ..turns.wording import short
from .examples_page import ASKED, DRAFT, LONGEST, PUBLISHED, REASON, Typed, artefact_of, reads, why_not_of

STATE_WORDS: Mapping[str, Message] = {
    DRAFT: N_("Draft"),
    ASKED: N_("Waits for consent"),
    PUBLISHED: N_("Published"),
}
LINES = {"title": 200, "contact": 300}


def save_example(
    house: House,
    *,
    actor: Account,
    review_id: int,
    example_id: int | None,
    typed: Typed,
    seen: int = 0,
    now: datetime,
) -> int:
    """Write a new one (None), or change a draft. Raises Invalid, Refused, Conflict where a colleague has saved since
    version `seen`; gives its id."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        if example_id is None:
            row = new_example(case)
        else:
            row = own_example(case, example_id, "write")
            if row.version != seen:
                raise Conflict(N_("a colleague has changed the example since you opened it"))
        checked = _checked(case, row, typed)
        for part in PARTS:
            setattr(row, part, getattr(checked, part))
        row.perspectives, row.about = list(checked.perspectives), list(checked.about)
        row.version += 1
        row.saved_at, row.saved_by = now, actor.person_id
        case.session.add(row)
        case.session.flush()
        forget(case, row.artefact, row.party, example_id or 0)
        if example_id is None:
            _note(case, "example_written", row, DRAFT)
        return row.id


def publish(
    house: House, *, actor: Account, review_id: int, example_id: int, seen: int, now: datetime
) -> str:
    """Publish to the network, or ask the sides that it is about to consent first; gives the state."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = own_example(case, example_id, "publish")
        if row.version != seen:
            raise Conflict(N_("a colleague has changed the example since you opened it"))
        _complete(row)
        row.answer, row.consents = "", {}
        asked = [party for party in row.about if party in case.standing.parties]
        ask_nobody_who_left(case, asked)
        if not asked:
            _publish(case, row)
            return row.state
        row.state = ASKED
        _note(case, "example_asked", row, _between(case))
        for party in asked:
            tell_team(
                case,
                party,
                kind="example",
                subject=N_("May this example be published?"),
                text=N_("It is about you too, and is published when you have consented."),
                page="examples",
                button=N_("Read the example"),
            )
        return row.state


def consent(
    house: House, *, actor: Account, review_id: int, example_id: int, seen: int, now: datetime
) -> str:
    """The actor's side consents; with the last of them it is published at once. Gives the state."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row, party = _about_us(case, example_id, "consent")
        if row.version != seen:
            raise Conflict(N_("the example has been changed meanwhile; read it again"))
        row.consents = {**row.consents, str(party): {"by": actor.person_id, "at": now.isoformat()}}
        _note(case, "example_consented", row, _between(case))
        if all(str(one) in row.consents for one in row.about if one in case.standing.parties):
            _publish(case, row)
        return row.state


def refuse(
    house: House, *, actor: Account, review_id: int, example_id: int, reason: str, now: datetime
) -> None:
    """The actor's side does not consent: it is a draft again, with why."""
    reason = _reason(reason)
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row, _ = _about_us(case, example_id, "consent")
        _take_back(case, row, reason)
        _note(case, "example_refused", row, _between(case))


def unpublish(
    house: House, *, actor: Account, review_id: int, example_id: int, reason: str, now: datetime
) -> None:
    """Take it out of the library, or back from those who were asked: a draft again. By those who wrote it, by a side
    that it is about, or by the lead."""
    reason = _reason(reason)
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _seen(case, example_id)
        if case.own_party() not in (None, row.party, *row.about):
            raise NotFound(f"example {example_id}")
        case.require(row.artefact, "unpublish", row.party, row.state)
        seen_by = PUBLISHED if row.state == PUBLISHED else _between(case)
        _take_back(case, row, reason)
        _note(case, "example_unpublished", row, seen_by)


def _take_back(case: OpenCase, row: Example, reason: str) -> None:
    store.unindex(case.session, row)
    row.state, row.answer, row.consents, row.published_at = DRAFT, reason, {}, None
    row.version += 1


def _publish(case: OpenCase, row: Example) -> None:
    row.state, row.published_at = PUBLISHED, case.now
    store.index(case.session, row)
    _note(case, "example_published", row, PUBLISHED)


def _between(case: OpenCase) -> str:
    """Who sees the lines about asking: in a pair both sides; in a ring the third side must not know of it."""
    return ASKED if len(case.standing.parties) == 2 else DRAFT


def _note(case: OpenCase, deed: str, row: Example, state: str) -> None:
    """`state`: whoever may read an example in this state sees the line."""
    case.note(
        deed,
        artefact=row.artefact,
        about_party=row.party,
        state=state,
        data={"example": row.id, "version": row.version},
    )


# ---- which, and by whom


def _seen(case: OpenCase, example_id: int) -> Example:
    """An example of this review that the actor may read; NotFound for all others."""
    row = case.session.get(Example, example_id)
    if row is None or row.review_id != case.review.id or not reads(case, row):
        raise NotFound(f"example {example_id}")
    return row


def own_example(case: OpenCase, example_id: int, verb: str) -> Example:
    row = _seen(case, example_id)
    if row.party != case.own_party():
        raise NotFound(f"example {example_id}")
    case.require(row.artefact, verb, row.party, row.state)
    return row


def _about_us(case: OpenCase, example_id: int, verb: str) -> tuple[Example, int]:
    row, party = _seen(case, example_id), case.own_party()
    if party is None or party not in row.about:
        raise NotFound(f"example {example_id}")
    case.require(row.artefact, verb, row.party, row.state)
    return row, party


def new_example(case: OpenCase) -> Example:
    artefact, party = artefact_of(case), case.own_party()
    if party is None:
        raise NotFound("example")
    case.require(artefact, "write", party, DRAFT)
    if why := why_not_of(case):
        raise Refused(why)
    return Example(review_id=case.review.id, artefact=artefact, party=party, state=DRAFT, version=0)


# ---- what was typed


def _checked(case: OpenCase, row: Example, typed: Typed) -> Typed:
    checks = Checks()
    found = {
        part: checks.line(part, getattr(typed, part), most=LINES[part])
        if part in LINES
        else checks.text(part, getattr(typed, part), most=LONGEST)
        for part in PARTS
    }
    if not found["title"]:
        checks.faults["title"] = N_("Write a title.")
    perspectives = tuple(one for one in case.workflow.perspectives if one in typed.perspectives)
    about = tuple(p for p in case.standing.parties if p in typed.about and p != row.party)
    for party in _named(case, row, found.values()):
        if party not in about:
            checks.faults["about"] = N_(
                "The text names %(name)s: then it is about them too.", name=case.names[party]
            )
    checks.stop()
    return Typed(**found, perspectives=perspectives, about=about)


def _named(case: OpenCase, row: Example, texts: Sequence[str] | object) -> list[int]:
    """The other sides that a text names, by the whole name or as people say it."""
    whole = fold("\n".join(texts))  # type: ignore[arg-type]
    return [
        party
        for party, name in case.names.items()
        if party != row.party and (fold(name) in whole or fold(short(name)) in whole)
    ]


def _complete(row: Example) -> None:
    checks = Checks()
    for part, missing in (
        ("summary", N_("Write a summary: it is what people see first.")),
        ("did", N_("Write what you did.")),
        ("lessons", N_("Write what you learnt.")),
        ("contact", N_("Write whom to ask.")),
    ):
        if not getattr(row, part).strip():
            checks.faults[part] = missing
    checks.stop()


def _reason(text: str) -> str:
    checks = Checks()
    text = checks.text(
        "reason", text, most=REASON, missing=N_("Write why, so that those who wrote it understand.")
    )
    checks.stop()
    return text


# ---- the page
