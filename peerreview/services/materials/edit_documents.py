"""A side's documents: added and described, withdrawn and put back. (Sharing: lend.py; handing in: hand_in.py.)

What stands in a file is taken in before the deed (`take_in`), outside any transaction, and thrown away
should the deed not come about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ...errors import N_, Invalid, NotFound, PeerreviewError, Refused
from ...store.artefacts.materials import Material, MaterialVersion
from ...store.connection.files import Readable, StoredFile
from ..base.checks import Checks
from ..base.house import Account, House
from ..case import facts
from ..case.document_sets import (
    INTERNAL,
    OPENED,
    Shelf,
    documents,
    note_of,
    own,
    require_write,
    shelf_of,
    unshare,
)
from ..case.opening import OpenCase
from ..deeds.change import changing
from . import filenames
from .hand_in import preview_hand_in as preview_hand_in

TITLE, MARKING, REASON = 200, 200, 2000
_THERE_ALREADY = N_("there is a document already: put it aside first")


@dataclass(frozen=True)
class Place:
    """Where something is added: to a document (`material`), to a wish of the agreed list, or beside the list."""

    wish: str = ""
    material: int | None = None
    artefact: str = ""


@dataclass(frozen=True)
class Typed:
    """What was typed beside the document itself."""

    title: str = ""
    marking: str = ""


def take_in(house: House, *, stream: Readable) -> StoredFile:
    """Keep an upload while it arrives. Raises TooLarge, or Invalid (field `file`) for an empty one."""
    return house.files.save(stream)


def add_file(
    house: House,
    *,
    actor: Account,
    review_id: int,
    place: Place,
    typed: Typed,
    filename: str,
    stored: StoredFile,
    now: datetime,
) -> int:
    """A file as a new document or a new version of one; returns the document's id."""
    try:
        name = filenames.clean(filename)
        with changing(house, review_id=review_id, actor=actor, now=now) as case:
            spot = spot_of(case, place)
            if spot.newest is not None and spot.newest.sha256 == stored.sha256:
                raise Invalid(file=N_("This is the same file as the newest version; nothing was saved."))
            return _added(
                case,
                spot,
                typed,
                Checks(),
                kind="file",
                filename=name,
                media_type=filenames.media_type(name),
                size=stored.size,
                sha256=stored.sha256,
                stored_as=stored.key,
            )
    except PeerreviewError:
        # Ours are raised before the commit, so that no row knows the file.
        house.files.discard(stored.key)
        raise


def add_link(
    house: House, *, actor: Account, review_id: int, place: Place, typed: Typed, url: str, now: datetime
) -> int:
    """A link to where the document lies."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        spot = spot_of(case, place)
        checks = Checks()
        url = checks.web_address("url", url)
        if not url:
            checks.faults["url"] = N_("Write the link to the document.")
        return _added(case, spot, typed, checks, kind="link", url=url)


def say_absent(
    house: House, *, actor: Account, review_id: int, place: Place, reason: str, now: datetime
) -> int:
    """An agreed document does not exist, and why. Raises Refused where something lies there already."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        spot = spot_of(case, place)
        if not spot.wish:
            raise NotFound("only what is on the agreed list can be missing from it")
        if spot.newest is not None and spot.newest.kind != "absent":
            raise Refused(_THERE_ALREADY)
        checks = Checks()
        missing = N_("Write why the document does not exist; those who review you will read it.")
        reason = checks.text("reason", reason, most=REASON, missing=missing)
        return _added(case, spot, Typed(), checks, kind="absent", reason=reason)


def describe(
    house: House, *, actor: Account, review_id: int, material_id: int, typed: Typed, now: datetime
) -> None:
    """Another title (beside the list) or marking, while the newest version has not been opened."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        shelf, material = own(case, material_id)
        version = shelf.newest(material)
        if version.state == OPENED:
            raise Refused(N_("this version has been opened and stays as it is: add a new version"))
        checks = Checks()
        version.marking = checks.line("marking", typed.marking, most=MARKING)
        if not material.wish_id and not material.opened_at:
            missing = N_("Write a title.")
            material.title = checks.line("title", typed.title, most=TITLE, missing=missing)
        checks.stop()
        material.described += 1
        note_of(case, "described", material, version)


def withdraw(house: House, *, actor: Account, review_id: int, material_id: int, now: datetime) -> None:
    """Take a document out of the set; it is kept. Refused for what another side has been given."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        shelf, material = own(case, material_id)
        if any(version.opened_at for version in shelf.versions[material.id]):
            raise Refused(N_("what has been opened cannot be put aside"))
        if material.withdrawn_at is None:
            material.withdrawn_at = now
            unshare(shelf, material)
            note_of(case, "withdrew", material, shelf.newest(material))


def put_back(house: House, *, actor: Account, review_id: int, material_id: int, now: datetime) -> None:
    """A withdrawn document belongs to the set again."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        shelf, material = own(case, material_id)
        if material.withdrawn_at is not None:
            version = shelf.newest(material)
            if version.kind == "absent" and _on_row(
                shelf, material.artefact, material.party, material.wish_id
            ):
                raise Refused(_THERE_ALREADY)
            material.withdrawn_at = None
            note_of(case, "put_back", material, version)


@dataclass(frozen=True)
class Spot:
    """A place that is sure: the actor may write there. `wish`, `note`: from the agreed list, "" beside it.

    `newest`: of `material`; without one, of the last document on the same row."""

    artefact: str
    party: int
    wish_id: str = ""
    wish: str = ""
    note: str = ""
    material: Material | None = None
    newest: MaterialVersion | None = None


def spot_of(case: OpenCase, place: Place) -> Spot:
    """Raises NotFound for what is not there, Refused where the actor may not write now."""
    if place.material is not None:
        shelf, material = own(case, place.material)
        if material.withdrawn_at is not None:
            raise NotFound(f"material {material.id} is withdrawn")
        spot = _listed(case, Spot(material.artefact, material.party), material.wish_id)
        return replace(spot, material=material, newest=shelf.newest(material))
    artefact = documents(case, place.artefact)
    spot = Spot(artefact, require_write(case, artefact, case.own_party()))
    if not place.wish:
        return spot
    spot = _listed(case, spot, place.wish)
    if not spot.wish:
        raise NotFound(f"wish {place.wish}")
    shelf = shelf_of(case)
    there = _on_row(shelf, spot.artefact, spot.party, place.wish)
    # Found after all: what was said not to exist gets its first real version.
    absent = next((m for m in there if shelf.newest(m).kind == "absent"), None)
    last = absent or (there[-1] if there else None)
    return replace(spot, material=absent, newest=shelf.newest(last) if last else None)


def _listed(case: OpenCase, spot: Spot, wish_id: str) -> Spot:
    for wish in facts.wished_of(case.rows, case.standing, spot.party):
        if wish["id"] == wish_id:
            return replace(spot, wish_id=wish_id, wish=wish["title"], note=wish.get("note", ""))
    return replace(spot, wish_id=wish_id)


def _on_row(shelf: Shelf, artefact: str, party: int, wish: str) -> list[Material]:
    """The documents that answer a wish of the agreed list."""
    return [m for m in shelf.of(artefact, party) if m.wish_id == wish and m.withdrawn_at is None]


def _added(case: OpenCase, spot: Spot, typed: Typed, checks: Checks, *, kind: str, **columns: Any) -> int:
    """A new version there; the first of a new document where there is none."""
    marking = checks.line("marking", typed.marking, most=MARKING)
    title = spot.wish or (spot.material.title if spot.material else "")
    if not title:
        title = _title(checks, typed, columns.get("filename", ""))
    checks.stop()
    material = spot.material
    if material is None:
        material = Material(
            review_id=case.review.id,
            artefact=spot.artefact,
            party=spot.party,
            wish_id=spot.wish_id,
            title=title[:TITLE],
        )
        case.session.add(material)
        case.session.flush()
    assert case.account is not None
    version = MaterialVersion(
        material_id=material.id,
        number=spot.newest.number + 1 if spot.material and spot.newest else 1,
        kind=kind,
        marking=marking,
        state=INTERNAL,
        added_at=case.now,
        added_by=case.account.person_id,
        **columns,
    )
    case.session.add(version)
    case.session.flush()
    note_of(case, "added", material, version)
    return material.id


def _title(checks: Checks, typed: Typed, filename: str) -> str:
    """Beside the list a document needs a title; a file's name serves where none is written."""
    stem, dot, _ = filename.rpartition(".")
    missing = N_("Write a title.") if not filename else None
    return checks.line("title", typed.title, most=TITLE, missing=missing) or (stem if dot else filename)
