"""Organisations: the network's members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.collation import SORT_KEY, fold, key_contains, sort_key
from ..connection.database import Base


class Organisation(Base):
    """A member of the network, with its profile, which is kept from round to round: `attributes` are free, by
    name a number or a list of words. `sort_key` orders names in Swedish on any database (store.connection.collation).
    """

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    sort_key: Mapped[str] = mapped_column(SORT_KEY, index=True)
    healthcare_region: Mapped[str] = mapped_column(String(100), default="")
    population: Mapped[int | None]
    hospitals: Mapped[int | None]
    university_hospital: Mapped[bool] = mapped_column(default=False)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class SelfAssessment(Base):
    """What an organisation has found of itself by an instrument in a year. `rows`: [area, number or null, note], the
    area a theme or a perspective of rounds ("theme.tobacco", "perspective.patient")."""

    __tablename__ = "self_assessment"
    __table_args__ = (UniqueConstraint("organisation_id", "instrument", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    instrument: Mapped[str] = mapped_column(String(60))
    year: Mapped[int]
    rows: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)


def assessments(session: Session, organisation_id: int | None = None) -> Sequence[SelfAssessment]:
    """Those of one organisation, or of all, the newest first."""
    query = select(SelfAssessment).order_by(SelfAssessment.year.desc(), SelfAssessment.instrument)
    if organisation_id is not None:
        query = query.where(SelfAssessment.organisation_id == organisation_id)
    return session.scalars(query).all()


def organisation_by_id(session: Session, organisation_id: int, *, lock: bool = False) -> Organisation | None:
    return session.get(Organisation, organisation_id, with_for_update=lock or None)


def organisations(session: Session, *, search: str = "") -> Sequence[Organisation]:
    """All whose name or code holds each word of `search`, in Swedish order."""
    query = select(Organisation).order_by(Organisation.sort_key, Organisation.id)
    for word in search.split():
        code = func.lower(Organisation.code).contains(fold(word), autoescape=True)
        query = query.where(or_(key_contains(Organisation.sort_key, word), code))
    return session.scalars(query).all()


def names_of(session: Session, ids: Iterable[int]) -> dict[int, str]:
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(tuple(ids)))
    return dict(iter(session.execute(query)))


def organisation_named(session: Session, name: str) -> Organisation | None:
    """The one that has this name, however it is capitalised. (A sort key can stand for two names.)"""
    alike = session.scalars(select(Organisation).where(Organisation.sort_key == sort_key(name)))
    return next((one for one in alike if fold(one.name) == fold(name)), None)


def organisation_coded(session: Session, code: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(func.lower(Organisation.code) == fold(code)))
