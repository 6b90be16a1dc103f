"""Fetching a document, and the log of who has: every download, every look at another side's materials."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from ...errors import NotFound
from ...store.artefacts import materials as store
from ...store.artefacts.materials import AccessLog
from ..base.house import Account, House
from ..case import document_sets
from ..case.document_sets import INTERNAL
from ..case.opening import OpenCase, looking, opened
from ..frame import review_head
from ..frame.review_head import ReviewHead

PAGE = 50
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Download:
    """A file to send (`stream`, `size` bytes; whoever sends it closes it), or a link to follow (`url`)."""

    filename: str
    media_type: str
    size: int
    url: str
    stream: BinaryIO | None


@dataclass(frozen=True)
class LookView:
    """A line of the log: who, for which side (None: the network's lead), what (`title` None: the list) and when."""

    at: datetime
    name: str
    party: int | None
    title: str | None
    number: int | None


@dataclass(frozen=True)
class LogView:
    party: int
    looks: tuple[LookView, ...]
    total: int


@dataclass(frozen=True)
class LogPage:
    head: ReviewHead
    log: LogView
    page: int
    pages: int


def download(house: House, *, actor: Account, material_id: int, number: int, now: datetime) -> Download:
    """A version of a document, logged before it is sent. NotFound for all that the actor may not read."""
    with house.db.write() as session:
        found = store.version_of(session, material_id, number)
        if found is None:
            raise NotFound(f"version {material_id}/{number}")
        material, version = found
        case = opened(house, session, review_id=material.review_id, account=actor, now=now)
        states = document_sets.readable(case, material.artefact, material.party)
        withdrawn = material.withdrawn_at is not None and INTERNAL not in states
        if version.state not in states or withdrawn or version.kind == "absent":
            raise NotFound(f"version {material_id}/{number}")
        if not document_sets.was_there(case, material.party, version):
            raise NotFound(f"version {material_id}/{number}")
        stream = _stream(house, version.stored_as) if version.kind == "file" else None
        session.add(
            AccessLog(
                review_id=material.review_id,
                person_id=actor.person_id,
                party=material.party,
                material_version_id=version.id,
                at=now,
            )
        )
    return Download(version.filename, version.media_type, version.size, version.url, stream)


def _stream(house: House, key: str) -> BinaryIO:
    try:
        return house.files.open(key)
    except NotFound:
        _log.error(
            "the file %s, which the database knows, is not in the store: bring it back from a copy", key
        )
        raise


def latest_looks(case: OpenCase, party: int, limit: int, offset: int = 0) -> LogView:
    """Who has looked at the materials of `party`, newest first."""
    lines, total = store.log_of(case.session, case.review.id, party, limit=limit, offset=offset)
    sides: dict[int, int] = {}
    for seat in case.rows.all_seats:
        for person in (seat.person_id, seat.deputy_id):
            if person is not None:
                sides.setdefault(person, seat.party)
    looks = (
        LookView(line.at, line.person, sides.get(line.person_id), line.title, line.number) for line in lines
    )
    return LogView(party, tuple(looks), total)


def log_page(
    house: House, *, actor: Account, review_id: int, artefact: str = "", page: int = 1, now: datetime
) -> LogPage:
    """The whole log of the own side's materials, `page` from 1. NotFound for those who do not read them all."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        artefact, party = document_sets.documents(case, artefact), case.own_party()
        if party is None or not case.sees(artefact, "read", party, INTERNAL):
            raise NotFound("the log is the own team's")
        page = max(page, 1)
        log = latest_looks(case, party, PAGE, (page - 1) * PAGE)
        return LogPage(review_head.head_of(case), log, page, max(1, -(-log.total // PAGE)))
