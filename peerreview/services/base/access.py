"""Who gets at what exists for few: the lead's own pages, and a person by their number."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ...errors import NotFound
from ...store.people.people import Person, person_by_id
from .house import Account


def only_lead(actor: Account) -> None:
    """For everybody else these pages do not exist."""
    if not actor.is_lead:
        raise NotFound


def found_in(session: Session, person_id: int, *, lock: bool = False) -> Person:
    found = person_by_id(session, person_id, lock=lock)
    if found is None:
        raise NotFound
    return found
