"""The pages on which one thing is done to the materials: adding, sharing a draft, handing in what came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ...errors import NotFound, PartyName, Refused
from ..base.house import Account, House
from ..case import document_sets
from ..case.document_sets import HANDED_IN, OPENED
from ..case.opening import OpenCase, looking
from ..frame import review_head
from .edit_documents import Place, spot_of
from .hand_in import HandIn, item_of, later_items, preview_hand_in
from .materials_page import document_view
from .materials_views import AddingView, DocumentPage, LaterView, ReceiptView


def adding(house: House, *, actor: Account, review_id: int, place: Place, now: datetime) -> AddingView:
    """The form for adding something there. Raises NotFound and Refused as adding itself would."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        spot = spot_of(case, place)
        material, newest = spot.material, spot.newest
        is_absent = newest is not None and newest.kind == "absent"
        return AddingView(
            head=review_head.head_of(case),
            artefact=spot.artefact,
            party=spot.party,
            wish=spot.wish_id,
            material=material.id if material and place.material is not None else None,
            title=spot.wish or (material.title if material else ""),
            note=spot.note,
            marking=newest.marking if newest and material else "",
            absent=bool(spot.wish) and (newest is None or is_absent),
            again=material is not None and not is_absent,
            limit=house.files.max_upload,
        )


def document_page(
    house: House, *, actor: Account, review_id: int, material_id: int, may: str, now: datetime
) -> DocumentPage:
    """One document for which the actor may do `may` ("share", "describe", ...). Raises NotFound, Refused."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        material = document_sets.found(case, document_sets.shelf_of(case), material_id)
        view = document_view(case, material)
        if view is None:
            raise NotFound(f"material {material_id}")
        if may not in view.may:
            reason = document_sets.why_not_write(case, material.artefact, material.party)
            raise Refused(reason or document_sets.NOT_NOW)
        readers = tuple(
            PartyName(p) for p in document_sets.receivers(case, material.artefact, material.party)
        )
        return DocumentPage(review_head.head_of(case), view, material.party, readers)


def later_page(
    house: House, *, actor: Account, review_id: int, artefact: str = "", now: datetime
) -> LaterView:
    """What came after the opening. NotFound for those who do not read it, or before anything has opened."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        hand_in = _own(case, artefact)
        if case.state(hand_in.artefact, hand_in.party) != OPENED:
            raise NotFound("nothing has opened yet")
        items = later_items(document_sets.shelf_of(case), hand_in.artefact, hand_in.party)
        may = case.sees(hand_in.artefact, "hand_in", hand_in.party, OPENED)
        return LaterView(review_head.head_of(case), replace(hand_in, items=tuple(items)), may)


def receipt_page(
    house: House, *, actor: Account, review_id: int, artefact: str = "", now: datetime
) -> ReceiptView:
    """The receipt of what is handed in now. NotFound before."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        hand_in = _own(case, artefact)
        shelf, data = document_sets.shelf_of(case), case.data(hand_in.artefact, hand_in.party)
        items = []
        for material in shelf.of(hand_in.artefact, hand_in.party):
            given = [v for v in shelf.versions[material.id] if v.state in (HANDED_IN, OPENED)]
            if given and material.withdrawn_at is None:
                items.append(item_of(material, given[-1]))
        if not items:
            raise NotFound("nothing is handed in")
        at, opened_at = data.get("handed_in", {}).get("at"), data.get("opened_at")
        return ReceiptView(
            review_head.head_of(case),
            replace(hand_in, items=tuple(items)),
            datetime.fromisoformat(at) if at else None,
            datetime.fromisoformat(opened_at) if opened_at else None,
        )


def _own(case: OpenCase, artefact: str) -> HandIn:
    found = preview_hand_in(case, artefact)
    if found is None:
        raise NotFound("materials of one's own")
    return found
