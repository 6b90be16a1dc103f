"""Materials: the documents of a party, their versions, and who has looked at them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    FromClause,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime
from ..connection.statements import Prepared
from ..people.people import Person


class Material(Base):
    """One document of `party`: state internal, draft_for_comments, handed_in or opened.

    `wish_id` is the agreement's wish it answers ("" for one added beside the list); `kind` is file,
    link or absent ("does not exist", with the reason in its version). `described`: how often its title or its
    marking has been changed."""

    __tablename__ = "material"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    artefact: Mapped[str] = mapped_column(String(50), default="materials")
    party: Mapped[int]
    wish_id: Mapped[str] = mapped_column(String(20), default="")
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(30), default="internal")
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    described: Mapped[int] = mapped_column(default=0, server_default="0")


class MaterialVersion(Base):
    """One version of a material. Versions are added, never replaced: the receiver keeps what it got.

    file: filename, size (bytes), sha256 (hex), media_type, stored_as (key in the file store);
    link: url; absent: reason. `opened_at`/`opened_to` (party): when this version was handed over in law."""

    __tablename__ = "material_version"
    __table_args__ = (UniqueConstraint("material_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    filename: Mapped[str] = mapped_column(String(255), default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    stored_as: Mapped[str] = mapped_column(String(100), default="")
    url: Mapped[str] = mapped_column(String(2000), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    marking: Mapped[str] = mapped_column(String(200), default="")
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(30), default="internal")
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_to: Mapped[int | None]


class MaterialComment(Base):
    """A comment by the side concerned on a draft for comments, or by the own team."""

    __tablename__ = "material_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), index=True)
    party: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class AccessLog(Base):
    """Every download of a version, and every look at another party's materials (version null).

    `party` is the owner of what was looked at."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    party: Mapped[int]
    material_version_id: Mapped[int | None] = mapped_column(ForeignKey("material_version.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


def stored_files(session: Session, *, newest: int | None = None) -> list[tuple[str, int]]:
    """The key and size of each file that a row names, the newest first; `newest`: so many alone."""
    query = select(MaterialVersion.stored_as, MaterialVersion.size).where(MaterialVersion.stored_as != "")
    return [
        (key, size) for key, size in session.execute(query.order_by(MaterialVersion.id.desc()).limit(newest))
    ]


def _live(review_id: int, artefact: str, party: int) -> Select[Material]:
    return select(Material).where(
        Material.review_id == review_id,
        Material.artefact == artefact,
        Material.party == party,
        Material.withdrawn_at.is_(None),
    )


def _of_set(table: FromClause) -> ColumnElement[bool]:
    """The documents of a side that are not withdrawn."""
    return and_(
        table.c.review_id == bindparam("of_review"),
        table.c.artefact == bindparam("of_artefact"),
        table.c.party == bindparam("of_party"),
        table.c.withdrawn_at.is_(None),
    )


def _moving(of: type[Base], state: ColumnElement[str] | str, *where: ColumnElement[bool]) -> Prepared:
    table = of.__table__
    assert isinstance(table, Table)
    return Prepared(table.update().where(*where).values(state=state), ["state"])


_M, _V = Material.__table__, MaterialVersion.__table__
_LATER = _V.alias()
_IN_SET = _V.c.material_id.in_(select(_M.c.id).where(_of_set(_M)))
_REPLACED = exists().where(_LATER.c.material_id == _V.c.material_id, _LATER.c.number > _V.c.number)
_DRAFT = "draft_for_comments"

# Of each document the newest version; what that one replaced is the own team's alone (again).
_HAND_IN = (
    _moving(Material, "handed_in", _of_set(_M), or_(_M.c.state == "internal", _M.c.state == _DRAFT)),
    _moving(
        MaterialVersion,
        case((_REPLACED, "internal"), else_="handed_in"),
        _IN_SET,
        or_(_V.c.state == _DRAFT, and_(_V.c.state == "internal", ~_REPLACED)),
    ),
)
_TAKE_BACK = (
    _moving(Material, "internal", _of_set(_M), _M.c.state == "handed_in"),
    _moving(MaterialVersion, "internal", _IN_SET, _V.c.state == "handed_in"),
)


def hand_in(session: Session, review_id: int, artefact: str, party: int) -> None:
    """A side's documents are handed in, each as it now is."""
    for move in _HAND_IN:
        move.run(session, {"of_review": review_id, "of_artefact": artefact, "of_party": party})


def take_back(session: Session, review_id: int, artefact: str, party: int) -> None:
    """They are the own team's again."""
    for move in _TAKE_BACK:
        move.run(session, {"of_review": review_id, "of_artefact": artefact, "of_party": party})


def open_set(
    session: Session, review_id: int, artefact: str, party: int, to: int | None, now: datetime
) -> list[tuple[Material, MaterialVersion]]:
    """Open what is handed in: of each document the newest version; returns what was opened."""
    opened = []
    for material, versions in _with_versions(session, review_id, artefact, party):
        version = versions[-1] if versions else None
        if version is None or version.state != "handed_in":
            continue
        material.state = version.state = "opened"
        material.opened_at = material.opened_at or now
        version.opened_at, version.opened_to = now, to
        opened.append((material, version))
    return opened


def _with_versions(
    session: Session, review_id: int, artefact: str, party: int
) -> list[tuple[Material, list[MaterialVersion]]]:
    """A side's documents that are not withdrawn, each with its versions, the newest last; two queries."""
    materials = session.scalars(_live(review_id, artefact, party).order_by(Material.id)).all()
    versions: dict[int, list[MaterialVersion]] = {material.id: [] for material in materials}
    query = select(MaterialVersion).where(MaterialVersion.material_id.in_(versions))
    for version in session.scalars(query.order_by(MaterialVersion.number)):
        versions[version.material_id].append(version)
    return [(material, versions[material.id]) for material in materials]


class LogLine(NamedTuple):
    """A line of the access log; `material_id` and `number` are None for a look at the list."""

    at: datetime
    person_id: int
    person: str
    material_id: int | None
    title: str | None
    number: int | None


def materials_of(session: Session, review_id: int) -> list[Material]:
    """All of a review, the withdrawn too, in the order in which they came."""
    query = select(Material).where(Material.review_id == review_id).order_by(Material.id)
    return list(session.scalars(query))


def versions_of(session: Session, material_ids: Iterable[int]) -> list[tuple[MaterialVersion, str]]:
    """Every version of these, oldest first, with the name of the person who added it."""
    query = (
        select(MaterialVersion, Person.name)
        .join(Person, Person.id == MaterialVersion.added_by)
        .where(MaterialVersion.material_id.in_(list(material_ids)))
        .order_by(MaterialVersion.material_id, MaterialVersion.number)
    )
    return [(version, name) for version, name in session.execute(query)]


def comments_of(session: Session, material_ids: Iterable[int]) -> list[tuple[MaterialComment, str]]:
    """The comments on these, oldest first, with their writers' names."""
    query = (
        select(MaterialComment, Person.name)
        .join(Person, Person.id == MaterialComment.person_id)
        .where(MaterialComment.material_id.in_(list(material_ids)))
        .order_by(MaterialComment.id)
    )
    return [(comment, name) for comment, name in session.execute(query)]


def version_of(session: Session, material_id: int, number: int) -> tuple[Material, MaterialVersion] | None:
    query = (
        select(Material, MaterialVersion)
        .join(MaterialVersion, MaterialVersion.material_id == Material.id)
        .where(Material.id == material_id, MaterialVersion.number == number)
    )
    found = session.execute(query).first()
    return (found[0], found[1]) if found else None


def log_of(
    session: Session, review_id: int, party: int, *, limit: int, offset: int = 0
) -> tuple[list[LogLine], int]:
    """Who has looked at the materials of `party`, newest first, and how many lines there are in all."""
    mine = (AccessLog.review_id == review_id, AccessLog.party == party)
    query = (
        select(
            AccessLog.at,
            AccessLog.person_id,
            Person.name,
            MaterialVersion.material_id,
            Material.title,
            MaterialVersion.number,
        )
        .join(Person, Person.id == AccessLog.person_id)
        .outerjoin(MaterialVersion, MaterialVersion.id == AccessLog.material_version_id)
        .outerjoin(Material, Material.id == MaterialVersion.material_id)
        .where(*mine)
        .order_by(AccessLog.id.desc())
    )
    lines = [LogLine(*row) for row in session.execute(query.limit(limit).offset(offset))]
    return lines, session.scalar(select(func.count()).select_from(AccessLog).where(*mine)) or 0
