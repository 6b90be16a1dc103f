"""What is written down of an organisation when something about it changes: everything that is kept of it, as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ...store.lists import met
from ...store.people.organisations import Organisation, assessments, organisations
from ..base.house import Account
from . import register


def note_added(session: Session, row: Organisation, *, by: Account | None, at: datetime) -> None:
    words = {"name": row.name, "code": row.code}
    register.note(session, "organisation_added", by=by, at=at, organisation=row, words=words)


def told_of(session: Session, row: Organisation) -> dict[str, str]:
    """By name, as it is now: to be given to :func:`note_changed` when the deed is done."""
    numbers = {"population": row.population, "hospitals": row.hospitals}
    return {
        "name": row.name,
        "code": row.code,
        "healthcare_region": row.healthcare_region,
        **{name: "" if value is None else str(value) for name, value in numbers.items()},
        "university_hospital": "yes" if row.university_hospital else "no",
        "attributes": "\n".join(f"{name}: {value}" for name, value in sorted(row.attributes.items())),
        "reviewed": _reviewed(session, row),
        "results": _results(session, row),
    }


def note_changed(
    session: Session, row: Organisation, before: Mapping[str, str], *, by: Account, at: datetime
) -> None:
    session.flush()
    after = told_of(session, row)
    register.note_change(
        session, "organisation_changed", by=by, at=at, before=before, after=after, organisation=row
    )


def _reviewed(session: Session, row: Organisation) -> str:
    names = {one.id: one.name for one in organisations(session)}
    earlier = met.earlier(session, row.id)
    return "\n".join(
        f"{names[one.second_id if one.first_id == row.id else one.first_id]}@{one.year}" for one in earlier
    )


def _results(session: Session, row: Organisation) -> str:
    return "\n".join(
        f"{one.instrument} {one.year}: "
        + ", ".join(f"{area} {value} {note}".strip() for area, value, note in one.rows)
        for one in assessments(session, row.id)
    )
