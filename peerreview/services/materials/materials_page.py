"""What each reader sees of the materials: the agreed list, side by side, as far as the engine lets them.

Three kinds of sight: `read` of a document in its state; `notice` (that it is there, nothing of what); and the
agreed list itself, which belongs to the agreement and is no secret among those who made it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...engine.running.case import See
from ...engine.running.decide import No
from ...errors import N_
from ...store.artefacts import materials as store
from ...store.artefacts.materials import AccessLog, Material, MaterialComment, MaterialVersion
from ..base.house import Account, House
from ..case import document_sets, facts, review_pages
from ..case.document_sets import DRAFT, HANDED_IN, INTERNAL, OPENED, Shelf
from ..case.opening import OpenCase, looking
from ..frame import review_head
from ..turns import waiting
from ..turns.offers import Offer, offers
from .download import latest_looks
from .hand_in import later_items
from .materials_views import CommentView, DocumentView, MaterialsView, RowView, SetView, VersionView

LATEST = 8


def materials_page(house: House, *, actor: Account, review_id: int, now: datetime) -> MaterialsView:
    """The page. Whoever reads another side's documents on it leaves a line in that side's log."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        review_pages.enter(case, "materials")
        reader = _Reader(case)
        view = MaterialsView(
            review_head.head_of(case),
            _opening(case),
            tuple(
                reader.set_of(artefact.key, party)
                for artefact in case.artefacts_of("documents")
                for party in _ordered(case)
            ),
        )
    looked_at = {each.party for each in view.sets if each.relation != "own" and each.readable}
    if looked_at:
        _log_looks(house, actor, review_id, looked_at, now)
    return view


def _opening(case: OpenCase) -> str:
    """How sets open, by the agreement in force: each at once, or all together ("" before there is one)."""
    agreement = facts.in_force(case.rows, case.standing)
    return str(agreement.fields.get("opening", "")) if agreement else ""


def document_view(case: OpenCase, material: Material) -> DocumentView | None:
    """One document as this actor sees it; None where they see nothing of it."""
    return _Reader(case).document(material)


def _ordered(case: OpenCase) -> list[int]:
    """The own side first, then the one that it reviews."""
    place = {"own": 0, "reviews": 1, "other": 2}
    return sorted(case.standing.parties, key=lambda p: (place[_relation(case, p)], p))


def _relation(case: OpenCase, party: int) -> str:
    own = case.own_party()
    if own is None or own == party:
        return "other" if own is None else "own"
    return "reviews" if party in case.standing.related("reviews", own) else "other"


def _log_looks(house: House, actor: Account, review_id: int, parties: set[int], now: datetime) -> None:
    with house.db.write() as session:
        session.add_all(
            AccessLog(review_id=review_id, person_id=actor.person_id, party=party, at=now)
            for party in sorted(parties)
        )


@dataclass
class _Reader:
    """One look at all sets: the rows are fetched once."""

    case: OpenCase
    shelf: Shelf = field(init=False)
    comments: dict[int, list[tuple[MaterialComment, str]]] = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = document_sets.shelf_of(self.case)
        self.comments = defaultdict(list)
        ids = [material.id for material in self.shelf.materials]
        until = self.case.until
        for comment, name in store.comments_of(self.case.session, ids):
            if until is not None and comment.at > until:
                continue
            self.comments[comment.material_id].append((comment, name))

    def set_of(self, artefact: str, party: int) -> SetView:
        case, states = self.case, document_sets.readable(self.case, artefact, party)
        full, state = INTERNAL in states, case.state(artefact, party)
        data = case.data(artefact, party)
        known = full or state in states or case.sees(artefact, "notice", party, state)
        live = [m for m in self.shelf.of(artefact, party) if m.withdrawn_at is None]
        gone = [m for m in self.shelf.of(artefact, party) if m.withdrawn_at is not None]
        counts = full or case.sees(artefact, "notice", party, INTERNAL)
        relation = _relation(case, party)
        # A list that will never open to this reader's side is not theirs to wait for.
        hidden = relation == "other" and case.own_party() is not None
        rows = () if hidden else self._rows(party, live, counts)
        listed = {row.wish for row in rows}
        beside = [m for m in live if m.wish_id not in listed]
        extras = self._documents(beside)
        handed_in = known and state in (HANDED_IN, OPENED)
        view = SetView(
            artefact=artefact,
            party=party,
            relation=relation,
            state=state if known else None,
            due=waiting.due_of(case, artefact, "hand_in", party),
            handed_in_at=_instant(data.get("handed_in", {}).get("at")) if handed_in else None,
            opened_at=_instant(data.get("opened_at")) if known or OPENED in states else None,
            rows=rows,
            extras=extras,
            withdrawn=self._documents(gone) if full else (),
            there=sum(1 for row in rows if row.there) if counts else None,
            more=len(beside) if counts and not full else None,
            readers=document_sets.receivers(case, artefact, party),
            log=latest_looks(case, party, LATEST) if full else None,
        )
        return _with_ways(case, self.shelf, view) if full else _locked(case, view)

    def _rows(self, party: int, live: list[Material], counts: bool) -> tuple[RowView, ...]:
        if not any(self.case.sees(a.key, "read") for a in self.case.artefacts_of("agreement")):
            return ()
        rows = []
        for wish in facts.wished_of(self.case.rows, self.case.standing, party):
            answers = [m for m in live if m.wish_id == wish["id"]]
            documents = self._documents(answers)
            there = bool(answers) if counts else True if documents else None
            rows.append(RowView(wish["id"], wish["title"], wish.get("note", ""), there, documents))
        return tuple(rows)

    def _documents(self, materials: list[Material]) -> tuple[DocumentView, ...]:
        return tuple(view for view in map(self.document, materials) if view is not None)

    def document(self, material: Material) -> DocumentView | None:
        versions = document_sets.seen(self.case, self.shelf, material)
        if not versions:
            return None
        full = self.case.sees(material.artefact, "read", material.party, INTERNAL)
        views = [self._version(material, version, full) for version in reversed(versions)]
        # What was said of a draft is for those whom the draft was for, once it has been opened too.
        drafts = self.case.sees(material.artefact, "read", material.party, DRAFT)
        return DocumentView(
            id=material.id,
            title=material.title,
            state=views[0].state,
            listed=bool(material.wish_id),
            newest=views[0],
            earlier=tuple(views[1:]),
            comments=tuple(
                CommentView(comment.party, name, comment.at, comment.body)
                for comment, name in self.comments[material.id]
                if drafts
            ),
            may=_may(self.case, material, versions),
        )

    def _version(self, material: Material, version: MaterialVersion, full: bool) -> VersionView:
        return VersionView(
            number=version.number,
            kind=version.kind,
            filename=version.filename,
            size=version.size,
            sha256=version.sha256,
            url=version.url,
            reason=version.reason,
            marking=version.marking,
            state=version.state,
            added_at=version.added_at,
            added_by=self.shelf.names[version.id] if full else "",
            opened_at=version.opened_at,
            href="" if version.kind == "absent" else f"/materials/{material.id}/{version.number}",
        )


def _may(case: OpenCase, material: Material, versions: list[MaterialVersion]) -> frozenset[str]:
    """What the actor may do with a document that they see; `versions`: those they see, oldest first."""
    artefact, party, newest = material.artefact, material.party, versions[-1]
    shared = any(version.state == DRAFT for version in versions)
    found = {"comment"} if shared and case.sees(artefact, "comment", party, DRAFT) else set()
    if document_sets.why_not_write(case, artefact, party) is not None:
        return frozenset(found)
    if material.withdrawn_at is not None:
        return frozenset({"put_back"})
    drafts = case.sees(artefact, "write", party, DRAFT)
    found.add("version")
    if newest.state != OPENED:
        found.add("describe")
    if not any(version.opened_at for version in versions):
        found.add("withdraw")
    if drafts and newest.state == INTERNAL and newest.kind != "absent":
        found.add("share")
    if drafts and shared:
        found.add("end_sharing")
    return frozenset(found)


def _with_ways(case: OpenCase, shelf: Shelf, view: SetView) -> SetView:
    """The own side's set, with what can be done to it."""
    why_not = document_sets.why_not_write(case, view.artefact, view.party)
    opened_set = view.state == OPENED
    return replace(
        view,
        may_add=why_not is None,
        why_not=why_not,
        later=len(later_items(shelf, view.artefact, view.party)) if opened_set else 0,
        may_hand_in_later=opened_set and case.sees(view.artefact, "hand_in", view.party, OPENED),
        offers=tuple(_offered(case, view)),
    )


def _offered(case: OpenCase, view: SetView) -> Iterator[Offer]:
    for effect in ("hand_in", "take_back"):
        for offer in offers(case, does=f"{view.artefact}.{effect}"):
            if offer.party == view.party and not offer.done:
                yield offer


def _locked(case: OpenCase, view: SetView) -> SetView:
    """Why a set cannot be read yet, for those who will read it; nothing for others."""
    own = case.own_party()
    if view.readable and view.state == OPENED:
        return view
    if own == view.party:
        return replace(view, locked=N_("Your team's materials are open to you when the team hands them in."))
    if own not in view.readers:
        return view
    answer = case.may(See(view.artefact, "read", view.party, INTERNAL))
    return replace(view, locked=answer.reason if isinstance(answer, No) else None)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
