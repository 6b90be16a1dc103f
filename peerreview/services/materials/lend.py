"""Drafts for comments: a document lent to the side concerned before anything is handed in, and what is said of it.

Making a document available to another authority can hand it over in law; so it is an act of its own, of one
version, with its hash and its receivers in the history.
"""

from __future__ import annotations

from datetime import datetime

from ...errors import N_, Conflict, Message, PartyName, Refused
from ...store.artefacts.materials import MaterialComment
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.document_sets import DRAFT, INTERNAL, found, note_of, own, receivers, seen, shelf_of, unshare
from ..deeds.change import changing
from ..mail.tell import tell

COMMENT = 4000


def share_draft(
    house: House, *, actor: Account, review_id: int, material_id: int, number: int, now: datetime
) -> None:
    """Let the side concerned read version `number` as a draft for comments. Conflict if there is a newer one."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        shelf, material = own(case, material_id)
        case.require(material.artefact, "write", material.party, DRAFT)
        version = shelf.newest(material)
        if version.number != number:
            raise Conflict(N_("a newer version has been added meanwhile; look at that one first"))
        if version.state != INTERNAL or version.kind == "absent" or material.withdrawn_at is not None:
            raise Refused(N_("this cannot be shared as a draft for comments"))
        version.state = DRAFT
        if material.state == INTERNAL:
            material.state = DRAFT
        readers = receivers(case, material.artefact, material.party)
        if not readers:
            raise Refused(N_("the side that would read it has withdrawn"))
        note_of(case, "shared_draft", material, version, to=list(readers))
        tell(case, readers, "shared_draft", *_drafts_words(material.party), gathers=True)


def end_sharing(house: House, *, actor: Account, review_id: int, material_id: int, now: datetime) -> None:
    """The draft is internal again; what was said about it stays."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        shelf, material = own(case, material_id)
        case.require(material.artefact, "write", material.party, DRAFT)
        if unshare(shelf, material):
            note_of(case, "ended_sharing", material, shelf.newest(material))


def comment(
    house: House, *, actor: Account, review_id: int, material_id: int, body: str, now: datetime
) -> None:
    """A comment on a draft for comments, by its own team or the side concerned; both read it."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        shelf = shelf_of(case)
        material = found(case, shelf, material_id)
        case.require(material.artefact, "comment", material.party, DRAFT)
        if not any(version.state == DRAFT for version in seen(case, shelf, material)):
            raise Refused(N_("this is no draft for comments any longer"))
        checks = Checks()
        body = checks.text("body", body, most=COMMENT, missing=N_("Write a comment."))
        checks.stop()
        by = case.own_party()
        assert by is not None
        case.session.add(
            MaterialComment(material_id=material.id, party=by, person_id=actor.person_id, body=body, at=now)
        )
        note_of(case, "commented", material, shelf.newest(material), state=DRAFT)


def _drafts_words(party: int) -> tuple[Message, Message]:
    return (
        N_("%(party)s asks for your comments on a draft", party=PartyName(party)),
        N_(
            "%(party)s has shared a draft of a document with you. Read it and comment.",
            party=PartyName(party),
        ),
    )
