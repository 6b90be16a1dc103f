"""What the lead looks for among the mails: whom they are for, what they are about, how it went, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ...errors import N_, Message
from ...store.mail.mail_plan import Wanted
from ..base.checks import searchable
from ..base.house import House


@dataclass(frozen=True)
class MailAsked:
    """What the lead looks for. `who`: words of a name or an address; `about`: of an organisation's name; `state`: one
    of ASKED; `since`, `until`: days, as they were typed."""

    who: str = ""
    about: str = ""
    state: str = ""
    since: str = ""
    until: str = ""


ANYTHING = MailAsked()
ASKED: Mapping[str, Message] = {
    "": N_("All"),
    "planned": N_("Still to come"),
    "unsent": N_("Waits to be sent"),
    "sent": N_("Sent"),
    "failed": N_("Could not be sent"),
    "void": N_("Not sent"),
}


def wanted_by(house: House, asked: MailAsked) -> Wanted:
    """What cannot be read as a day is left out of account."""
    since, until = _day(asked.since), _day(asked.until)
    return Wanted(
        who=searchable(asked.who),
        about=searchable(asked.about),
        since=house.calendar.start(since) if since else None,
        until=house.calendar.end(until) if until else None,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None


def states_of(state: str, *, own: bool) -> tuple[str, ...]:
    """Of what is planned: what is to come. What did not go, and why, the lead asks for; others see theirs with it."""
    if state in ("planned", "void"):
        return (state,)
    if state:
        return ()
    return ("planned", "void") if own else ("planned",)
