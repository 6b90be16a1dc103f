"""Handing in: the list with its hashes, who will read it and from when; and what is added after it was opened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ...engine.running.case import Scope
from ...engine.running.conditions import holds
from ...engine.running.moves import Done
from ...errors import N_, Conflict, Message, PartyName, Refused
from ...store.artefacts.materials import Material, MaterialVersion
from ..base.house import Account, House
from ..case import facts
from ..case.document_sets import INTERNAL, OPENED, Shelf, documents, receivers, shelf_of
from ..case.opening import OpenCase
from ..deeds import carry_out
from ..deeds.change import changing
from ..mail.tell import tell


@dataclass(frozen=True)
class Item:
    """A document's newest version, as it will be handed in. kind: file (filename, size in bytes, sha256 in hex),
    link (url) or absent (reason)."""

    material_id: int
    number: int
    title: str
    kind: str
    filename: str
    size: int
    sha256: str
    url: str
    reason: str
    marking: str


@dataclass(frozen=True)
class HandIn:
    """`receivers`: the sides that will read it. `opens_at_once`, or when these sides (`waits_for`) have handed in too;
    until it opens it can be taken back."""

    artefact: str
    party: int
    items: tuple[Item, ...]
    receivers: tuple[int, ...]
    opens_at_once: bool
    waits_for: tuple[int, ...]

    @property
    def readers_named(self) -> tuple[PartyName, ...]:
        return tuple(PartyName(party) for party in self.receivers)


def preview_hand_in(case: OpenCase, artefact: str = "", party: int | None = None) -> HandIn | None:
    """What handing in would mean now; None for those who may not read what their side has not handed in."""
    artefact = documents(case, artefact)
    party = case.own_party() if party is None else party
    if party is None or not case.sees(artefact, "read", party, INTERNAL):
        return None
    shelf = shelf_of(case)
    live = [m for m in shelf.of(artefact, party) if m.withdrawn_at is None]
    order = {wish["id"]: n for n, wish in enumerate(facts.wished_of(case.rows, case.standing, party))}
    live.sort(key=lambda m: (order.get(m.wish_id, len(order)), m.id))
    at_once = _would_open(case, artefact, party)
    handed_in = {p for p in case.standing.taking_part if case.case.facts.get(artefact, "handed_in", p)}
    waits_for = () if at_once else tuple(set(case.standing.taking_part) - handed_in - {party})
    return HandIn(
        artefact,
        party,
        tuple(item_of(m, shelf.newest(m)) for m in live),
        receivers(case, artefact, party),
        at_once,
        tuple(sorted(waits_for)),
    )


def _would_open(case: OpenCase, artefact: str, party: int) -> bool:
    after = case.case.facts.with_({(artefact, "handed_in", party): True})
    when = case.artefact(artefact).opens_when
    return when is None or holds(case.case.with_(facts=after), when, Scope(party))


def later_items(shelf: Shelf, artefact: str, party: int) -> list[Item]:
    """What has been added since the set was opened, and not been handed in yet."""
    return [
        item_of(material, shelf.newest(material))
        for material in shelf.of(artefact, party)
        if material.withdrawn_at is None and shelf.newest(material).state == INTERNAL
    ]


def item_of(material: Material, version: MaterialVersion) -> Item:
    return Item(
        material_id=material.id,
        number=version.number,
        title=material.title,
        kind=version.kind,
        filename=version.filename,
        size=version.size,
        sha256=version.sha256,
        url=version.url,
        reason=version.reason,
        marking=version.marking,
    )


def hand_in_later(
    house: House,
    *,
    actor: Account,
    review_id: int,
    artefact: str = "",
    shown: Collection[tuple[int, int]] | None = None,
    now: datetime,
) -> int:
    """Hand in what was added after the set was opened; it opens at once (engine.md 19). Returns how many.

    `shown`: the (document, version) pairs that the actor was shown; another list now gives Conflict."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        artefact, party = documents(case, artefact), case.own_party()
        state = case.state(artefact, party)
        case.require(artefact, "hand_in", party, OPENED)
        if party is None or state != OPENED:
            raise Refused(N_("the whole set is handed in first"))
        items = later_items(shelf_of(case), artefact, party)
        if not items:
            raise Refused(N_("there is nothing to hand in"))
        pairs = sorted((item.material_id, item.number) for item in items)
        if shown is not None and sorted(shown) != pairs:
            raise Conflict(N_("the list has changed meanwhile; look at it again before you hand in"))
        carry_out.carry_out(case, Done(artefact, "hand_in", party), {})
        case.note(
            "handed_in_later",
            artefact=artefact,
            about_party=party,
            state=OPENED,
            data={"versions": [list(pair) for pair in pairs]},
        )
        tell(case, receivers(case, artefact, party), "handed_in_later", *_later_words(party))
        return len(items)


def _later_words(party: int) -> tuple[Message, Message]:
    return (
        N_("More materials from %(party)s", party=PartyName(party)),
        N_("%(party)s has handed in more documents. You can read them now.", party=PartyName(party)),
    )
