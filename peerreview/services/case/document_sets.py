"""What deeds and pages of materials share: a review's documents with their versions, and what may be done to a set."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ...engine.running.case import See
from ...engine.running.decide import No
from ...errors import N_, Message, NotFound, Refused
from ...store.artefacts import materials as store
from ...store.artefacts.materials import Material, MaterialVersion
from .opening import OpenCase

INTERNAL, DRAFT, HANDED_IN, OPENED = "internal", "draft_for_comments", "handed_in", "opened"

NOT_NOW = N_("this cannot be done with the document as it now stands")
_TAKE_BACK_FIRST = N_("the materials are handed in: take them back first, then you can change them")


@dataclass
class Shelf:
    """The documents of one review, each with its versions from the oldest to the newest."""

    materials: list[Material]
    versions: dict[int, list[MaterialVersion]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)

    def of(self, artefact: str, party: int) -> list[Material]:
        return [m for m in self.materials if m.artefact == artefact and m.party == party]

    def newest(self, material: Material) -> MaterialVersion:
        return self.versions[material.id][-1]


def shelf_of(case: OpenCase) -> Shelf:
    """`names`: by the version's id, who added it."""
    materials = store.materials_of(case.session, case.review.id)
    shelf = Shelf(materials)
    parties = {material.id: material.party for material in materials}
    for version, name in store.versions_of(case.session, [m.id for m in materials]):
        if was_there(case, parties[version.material_id], version):
            shelf.versions[version.material_id].append(version)
            shelf.names[version.id] = name
    return shelf


def was_there(case: OpenCase, party: int, version: MaterialVersion) -> bool:
    """Whether a version of a document of `party` is to be looked at: for a side that has withdrawn, what it was given
    before it did. What has been opened to it stays, whatever its owner has done with it since."""
    if case.until is None or party in case.actor.parties():
        return True
    return version.added_at <= case.until and (version.opened_at is None or version.opened_at <= case.until)


def documents(case: OpenCase, artefact: str = "") -> str:
    """The artefact's key; "" means the definition's first of its kind. NotFound where there is no such."""
    keys = [a.key for a in case.artefacts_of("documents")]
    if not keys or (artefact and artefact not in keys):
        raise NotFound(artefact)
    return artefact or keys[0]


def readable(case: OpenCase, artefact: str, party: int) -> frozenset[str]:
    """The states in which the actor may read a document of this set."""
    states = case.artefact(artefact).kind.states
    return frozenset(state for state in states if case.sees(artefact, "read", party, state))


def seen(case: OpenCase, shelf: Shelf, material: Material) -> list[MaterialVersion]:
    """The versions that the actor may read, oldest first; of a withdrawn document only its own team reads any."""
    states = readable(case, material.artefact, material.party)
    if material.withdrawn_at is not None and INTERNAL not in states:
        return []
    return [version for version in shelf.versions[material.id] if version.state in states]


def receivers(case: OpenCase, artefact: str, party: int) -> tuple[int, ...]:
    """The sides that a document of `party` is for; one that has left the review gets nothing more."""
    concerned = case.standing.related(case.artefact(artefact).concerns or "others", party)
    return tuple(p for p in concerned if p not in case.standing.withdrawn)


def is_opened(case: OpenCase, artefact: str, party: int) -> bool:
    """Whether the set, as far as it was then, has been opened: that stays, whatever is taken back since."""
    return bool(case.data(artefact, party).get("opened_at"))


def why_not_write(case: OpenCase, artefact: str, party: int | None) -> Message | None:
    """What keeps the actor from adding to the set or changing it; None where nothing does."""
    state = case.state(artefact, party)
    answer = case.may(See(artefact, "write", party, state))
    if not isinstance(answer, No):
        return None
    if party is not None and state == INTERNAL and is_opened(case, artefact, party):
        # Sent back and gone on from there: what comes late may be added all the same.
        answer = case.may(See(artefact, "write", party, OPENED))
        return answer.reason if isinstance(answer, No) else None
    if state == HANDED_IN and case.sees(artefact, "write", party, INTERNAL):
        return _TAKE_BACK_FIRST
    return answer.reason


def require_write(case: OpenCase, artefact: str, party: int | None) -> int:
    """The party, now that it is sure that the actor may write in its set; raises Refused."""
    reason = why_not_write(case, artefact, party)
    if reason is not None:
        raise Refused(reason)
    if party is None:
        raise NotFound(artefact)
    return party


def found(case: OpenCase, shelf: Shelf, material_id: int) -> Material:
    """A document of this review that the actor can see; NotFound for any other, whatever the address says."""
    for material in shelf.materials:
        if material.id == material_id and seen(case, shelf, material):
            return material
    raise NotFound(f"material {material_id}")


def own(case: OpenCase, material_id: int) -> tuple[Shelf, Material]:
    """A document in whose set the actor may write now. NotFound where it cannot be seen, Refused where read only."""
    shelf = shelf_of(case)
    material = found(case, shelf, material_id)
    require_write(case, material.artefact, material.party)
    return shelf, material


def unshare(shelf: Shelf, material: Material) -> bool:
    """Make a draft for comments internal again; False where it was none."""
    shared = [version for version in shelf.versions[material.id] if version.state == DRAFT]
    for version in shared:
        version.state = INTERNAL
    if material.state == DRAFT:
        material.state = INTERNAL
    return bool(shared)


def note_of(
    case: OpenCase, deed: str, material: Material, version: MaterialVersion, *, state: str = "", **more: Any
) -> None:
    """A line of history, for those who may see the version as it now is; no title, no name: those are free text."""
    case.note(
        deed,
        artefact=material.artefact,
        about_party=material.party,
        state=state or version.state,
        data={
            "material": material.id,
            "version": version.number,
            "kind": version.kind,
            "sha256": version.sha256,
            **more,
        },
    )
