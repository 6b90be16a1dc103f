"""A lead who proposes a review with an organisation towards which they have a conflict of interest is asked back.

It can be meant (a small network has few leads): then the others are told, and hold what it takes away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from ...errors import N_, Invalid, Message
from ...store.people.organisations import organisation_by_id
from ...store.people.people import leads
from ...store.review import conflicts as store
from ..base.house import Account

_NONE: Mapping[int, Message] = {}


def ask_back(
    session: Session,
    actor: Account,
    organisations: Iterable[int],
    meant: str,
    running: Mapping[int, Message] = _NONE,
) -> None:
    """Raise Invalid (organisations: what it means, meant: the tick) where the form does not say that it is meant.
    `running`: of those that have a review under way, what is to be said of it; asked about where their page does not
    say it (_running_<id>)."""
    wanted = sorted(set(organisations))
    having = store.towards(session, wanted)
    own = sorted(organisation for person, organisation in having if person == actor.person_id)
    busy = {id: running[id] for id in wanted if id in running}
    token = "conflict=" + ",".join(map(str, own)) + (";running=" + ",".join(map(str, busy)) if busy else "")
    if not (own or busy) or meant == token:
        return
    names = tuple(found.name for id in own if (found := organisation_by_id(session, id)) is not None)
    free = tuple(one.name for one in leads(session) if one.id not in {person for person, _ in having})
    errors = {f"_running_{id}": words for id, words in busy.items()}
    if own:
        errors["organisations"] = _what_it_means(names, free)
    raise Invalid({**errors, "meant": _tick(token)})


def _what_it_means(names: tuple[str, ...], free: tuple[str, ...]) -> Message:
    if free:
        return N_(
            "You have a conflict of interest towards %(names)s. If you propose this, what it keeps you from "
            "in the review is done by: %(others)s. They are told.",
            names=names,
            others=free,
        )
    return N_(
        "You have a conflict of interest towards %(names)s, and there is no project lead without one. "
        "If you propose this, nobody can do what it keeps you from in the review. "
        "Let somebody else become project lead first.",
        names=names,
    )


def _tick(token: str) -> Message:
    return N_("Choose other organisations, or tick that it is meant.", token=token)
