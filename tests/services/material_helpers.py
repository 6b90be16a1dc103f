"""Materials for tests, through the services themselves."""

from __future__ import annotations

import io
from typing import Any

from peerreview.services.base.house import Account, House
from peerreview.services.materials import edit_documents, hand_in, lend
from peerreview.services.materials.edit_documents import Place, Typed
from peerreview.services.materials.materials_page import materials_page
from peerreview.services.materials.materials_views import SetView

from .review_fixtures import Cast


def add_file(
    house: House,
    cast: Cast,
    who: Account,
    *,
    wish: str = "",
    material: int | None = None,
    title: str = "",
    marking: str = "",
    name: str = "plan.pdf",
    content: bytes = b"Plan",
) -> int:
    stored = edit_documents.take_in(house, stream=io.BytesIO(content))
    return edit_documents.add_file(
        house,
        actor=who,
        review_id=cast.review_id,
        place=Place(wish, material),
        typed=Typed(title, marking),
        filename=name,
        stored=stored,
        now=cast.now,
    )


def add_link(house: House, cast: Cast, who: Account, url: str, *, wish: str = "", title: str = "") -> int:
    return edit_documents.add_link(
        house,
        actor=who,
        review_id=cast.review_id,
        place=Place(wish),
        typed=Typed(title),
        url=url,
        now=cast.now,
    )


def say_absent(house: House, cast: Cast, who: Account, wish: str, reason: str = "Finns ännu inte.") -> int:
    return edit_documents.say_absent(
        house, actor=who, review_id=cast.review_id, place=Place(wish), reason=reason, now=cast.now
    )


def on(house: House, cast: Cast, who: Account, deed: str, material: int, **more: Any) -> None:
    """One of the deeds on a document: share_draft, end_sharing, comment, withdraw, put_back, describe."""
    room = lend if hasattr(lend, deed) else edit_documents
    getattr(room, deed)(
        house, actor=who, review_id=cast.review_id, material_id=material, now=cast.now, **more
    )


def hand_in_later(house: House, cast: Cast, who: Account, **more: Any) -> int:
    return hand_in.hand_in_later(house, actor=who, review_id=cast.review_id, now=cast.now, **more)


def set_of(house: House, cast: Cast, who: Account, party: int) -> SetView:
    """The materials of `party` as somebody sees them on the page."""
    view = materials_page(house, actor=who, review_id=cast.review_id, now=cast.now)
    return next(each for each in view.sets if each.party == party)


def titles(view: SetView) -> list[str]:
    return [d.title for row in view.rows for d in row.documents] + [d.title for d in view.extras]
