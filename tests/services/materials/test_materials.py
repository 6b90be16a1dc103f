"""A side's documents: added, described, put aside, shared as drafts, handed in, opened, added to."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, Refused, TooLarge
from peerreview.services.base.house import House
from peerreview.services.materials import edit_documents
from peerreview.services.materials.download import download, log_page
from peerreview.services.materials.hand_in import preview_hand_in
from peerreview.store.artefacts import materials as store
from peerreview.store.artefacts.agreements import Agreement, Confirmation
from peerreview.store.artefacts.materials import Material, MaterialVersion
from peerreview.store.mail.outbox import Outgoing

from ..material_helpers import add_file, add_link, hand_in_later, on, say_absent, set_of, titles
from ..review_fixtures import Cast, advance, do, looked, make_review, put_agreement, put_materials

COLLECT = "exchange/collect"


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="collect")


def files_of(house: House) -> list[Path]:
    return [path for path in house.files.folder.rglob("*") if path.is_file()]


def hand_in(house: House, cast: Cast, *parties: int) -> None:
    for party in parties:
        do(house, cast, cast.coordinator(party), "hand_in", COLLECT)


def opened(house: House, cast: Cast) -> Cast:
    """Side 0 has a file and an absent one, side 1 links; all is open."""
    add_file(house, cast, cast.member(0), wish="w00")
    say_absent(house, cast, cast.member(0), "w01")
    put_materials(house, cast, 1)
    hand_in(house, cast, 0, 1)
    return cast


# ---- adding


def test_row_gets_a_file_with_its_hash(house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00", marking="OSL 25 kap. 1 §", content=b"abc")
    row = set_of(house, cast, cast.member(0), 0).rows[0]
    [document] = row.documents
    assert (row.there, document.id, document.title) == (True, material, "Verksamhetsplan 2025")
    newest = document.newest
    assert (newest.kind, newest.number, newest.size, newest.filename) == ("file", 1, 3, "plan.pdf")
    assert newest.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert (newest.marking, newest.state) == ("OSL 25 kap. 1 §", "internal")


def test_new_version_is_added_and_the_old_one_stays(house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00", content=b"ett")
    assert add_file(house, cast, cast.member(0, 1), material=material, content="två".encode()) == material
    [document] = set_of(house, cast, cast.member(0), 0).rows[0].documents
    assert (document.newest.number, [v.number for v in document.earlier]) == (2, [1])


def test_same_file_again_is_refused_and_leaves_nothing(house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00")
    with pytest.raises(Invalid):
        add_file(house, cast, cast.member(0), material=material)
    assert len(files_of(house)) == 1


def test_document_beside_the_list_is_called_after_its_file(house: House, cast: Cast) -> None:
    add_file(house, cast, cast.member(0), name="Bilaga 3.xlsx")
    add_file(house, cast, cast.member(0), name="x.pdf", title="  Egen rubrik ", content=b"x")
    assert titles(set_of(house, cast, cast.member(0), 0)) == ["Bilaga 3", "Egen rubrik"]


def test_link_is_an_address_of_the_web(house: House, cast: Cast) -> None:
    add_link(house, cast, cast.member(0), "https://example.org/plan?år=2025", wish="w00")
    for url in (
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.org",
        "https://x/" + "a" * 2000,
    ):
        with pytest.raises(Invalid) as refused:
            add_link(house, cast, cast.member(0), url, wish="w01")
        assert list(refused.value.errors) == ["url"]
    with pytest.raises(Invalid) as refused:
        add_link(house, cast, cast.member(0), "https://example.org/x")
    assert list(refused.value.errors) == ["title"]


def test_absent_needs_a_reason_and_an_empty_row(house: House, cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        say_absent(house, cast, cast.member(0), "w00", "  ")
    assert list(refused.value.errors) == ["reason"]
    material = say_absent(house, cast, cast.member(0), "w00")
    say_absent(house, cast, cast.member(0), "w00", "Skrivs 2027.")
    assert add_file(house, cast, cast.member(0), wish="w00") == material, "found after all: a new version"
    with pytest.raises(Refused):
        say_absent(house, cast, cast.member(0), "w00")


def test_overlong_texts_are_refused_and_no_file_is_left(house: House, cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        add_file(house, cast, cast.member(0), title="t" * 201, marking="m" * 201)
    assert set(refused.value.errors) == {"title", "marking"}
    assert files_of(house) == []


def test_upload_over_the_limit_is_refused(house: House, cast: Cast) -> None:
    with pytest.raises(TooLarge):
        add_file(house, cast, cast.member(0), wish="w00", content=b"x" * (house.files.max_upload + 1))
    with pytest.raises(Invalid):
        add_file(house, cast, cast.member(0), wish="w00", content=b"")
    assert files_of(house) == []


def test_only_the_own_team_adds(house: House, cast: Cast) -> None:
    for who in (cast.contact(0), cast.lead):
        with pytest.raises(Refused):
            add_file(house, cast, who, wish="w00")
    for who in (cast.outsider, cast.member(1)):
        with pytest.raises(NotFound):
            add_file(house, cast, who, wish="w00")
    assert files_of(house) == []


# ---- describing, putting aside


def test_title_and_marking_change_until_opened(house: House, cast: Cast) -> None:
    beside = add_file(house, cast, cast.member(0), title="Bilaga")
    listed = add_file(house, cast, cast.member(0), wish="w00", content=b"annan")
    typed = edit_documents.Typed("Bilaga 1", "OSL 21:1")
    on(house, cast, cast.member(0), "describe", beside, typed=typed)
    on(house, cast, cast.member(0), "describe", listed, typed=typed)
    assert titles(set_of(house, cast, cast.member(0), 0)) == ["Verksamhetsplan 2025", "Bilaga 1"]
    say_absent(house, cast, cast.member(0), "w01")
    put_materials(house, cast, 1)
    hand_in(house, cast, 0, 1)
    with pytest.raises(Refused):
        on(house, cast, cast.member(0), "describe", beside, typed=typed)


def test_document_is_put_aside_and_taken_up_again(house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00")
    on(house, cast, cast.member(0), "withdraw", material)
    view = set_of(house, cast, cast.member(0), 0)
    assert (titles(view), [d.id for d in view.withdrawn], view.rows[0].there) == ([], [material], False)
    with pytest.raises(NotFound):
        add_file(house, cast, cast.member(0), material=material, content=b"ny")
    on(house, cast, cast.member(0), "put_back", material)
    assert set_of(house, cast, cast.member(0), 0).rows[0].there


def test_what_was_opened_is_not_put_aside(house: House, cast: Cast) -> None:
    opened(house, cast)
    with pytest.raises(Refused):
        on(house, cast, cast.member(0), "withdraw", 1)


def test_handed_in_set_is_taken_back_before_it_is_changed(house: House, cast: Cast) -> None:
    put_materials(house, cast, 0)
    hand_in(house, cast, 0)
    with pytest.raises(Refused) as refused:
        add_file(house, cast, cast.member(0))
    assert "take them back first" in refused.value.reason.text
    do(house, cast, cast.coordinator(0), "take_back", COLLECT)
    add_file(house, cast, cast.member(0))


# ---- drafts for comments


def test_draft_is_shared_as_that_version_with_a_mail(house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00", content=b"ett")
    on(house, cast, cast.member(0), "share_draft", material, number=1)
    add_file(house, cast, cast.member(0), material=material, content=b"tva")
    reader = cast.member(1)
    [document] = set_of(house, cast, reader, 0).rows[0].documents
    assert (document.newest.number, document.earlier, document.newest.added_by) == (1, (), "")
    with pytest.raises(NotFound):
        download(house, actor=reader, material_id=material, number=2, now=cast.now)
    with house.db.read() as session:
        mails = session.query(Outgoing).filter_by(kind="shared_draft")
        assert {m.person_id for m in mails} == {
            account.person_id for account in (cast.coordinator(1), *cast.sides[1].members)
        }


def test_newer_version_than_the_one_looked_at_is_a_conflict(house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00", content=b"ett")
    add_file(house, cast, cast.member(0, 1), material=material, content=b"tva")
    with pytest.raises(Conflict):
        on(house, cast, cast.member(0), "share_draft", material, number=1)


def test_sharing_ends_and_comments_stay(house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00")
    on(house, cast, cast.member(0), "share_draft", material, number=1)
    on(house, cast, cast.member(1), "comment", material, body="Bra, men var är målen?")
    on(house, cast, cast.member(0), "comment", material, body="På sidan 4.")
    on(house, cast, cast.member(0), "end_sharing", material)
    assert titles(set_of(house, cast, cast.member(1), 0)) == []
    [document] = set_of(house, cast, cast.member(0), 0).rows[0].documents
    assert [(c.party, c.body) for c in document.comments] == [
        (1, "Bra, men var är målen?"),
        (0, "På sidan 4."),
    ]
    assert "comment" not in document.may
    with pytest.raises(NotFound):
        on(house, cast, cast.member(1), "comment", material, body="En till")


def test_what_does_not_exist_is_not_shared(house: House, cast: Cast) -> None:
    material = say_absent(house, cast, cast.member(0), "w00")
    with pytest.raises(Refused):
        on(house, cast, cast.member(0), "share_draft", material, number=1)


# ---- handing in


def test_preview_says_what_who_and_when(house: House, cast: Cast) -> None:
    add_file(house, cast, cast.member(0), title="Bilaga", content=b"b")
    say_absent(house, cast, cast.member(0), "w01")
    add_file(house, cast, cast.member(0), wish="w00")
    found = preview_hand_in(looked(house, cast, cast.coordinator(0)))
    assert found is not None
    assert [(i.title, i.kind) for i in found.items] == [
        ("Verksamhetsplan 2025", "file"),
        ("Handlingsplan för levnadsvanor", "absent"),
        ("Bilaga", "file"),
    ]
    assert (found.receivers, found.opens_at_once, found.waits_for) == ((1,), False, (1,))
    put_materials(house, cast, 1)
    hand_in(house, cast, 1)
    found = preview_hand_in(looked(house, cast, cast.coordinator(0)))
    assert found is not None
    assert (found.opens_at_once, found.waits_for) == (True, ())
    assert preview_hand_in(looked(house, cast, cast.contact(0))) is None
    assert preview_hand_in(looked(house, cast, cast.lead)) is None


def test_added_after_the_opening_is_internal_until_handed_in(house: House, cast: Cast) -> None:
    opened(house, cast)
    reader, writer = cast.member(1), cast.member(0)
    found_after_all = add_file(house, cast, writer, wish="w01", content=b"funnen")
    extra = add_file(house, cast, writer, title="Tillägg", content=b"extra")
    assert titles(set_of(house, cast, reader, 0)) == [
        "Verksamhetsplan 2025",
        "Handlingsplan för levnadsvanor",
    ]
    with pytest.raises(Refused):
        hand_in_later(house, cast, writer)
    with pytest.raises(Conflict):
        hand_in_later(house, cast, cast.coordinator(0), shown=[(extra, 1)])
    assert hand_in_later(house, cast, cast.coordinator(0), shown=[(found_after_all, 2), (extra, 1)]) == 2
    view = set_of(house, cast, reader, 0)
    assert titles(view) == ["Verksamhetsplan 2025", "Handlingsplan för levnadsvanor", "Tillägg"]
    absent_then_found = view.rows[1].documents[0]
    assert [v.kind for v in (absent_then_found.newest, *absent_then_found.earlier)] == ["file", "absent"]
    with pytest.raises(Refused):
        hand_in_later(house, cast, cast.coordinator(0))
    with house.db.read() as session:
        assert session.query(Outgoing).filter_by(kind="handed_in_later").count() == 3


def test_nothing_is_handed_in_later_before_the_opening(house: House, cast: Cast) -> None:
    put_materials(house, cast, 0)
    hand_in(house, cast, 0)
    with pytest.raises(Refused):
        hand_in_later(house, cast, cast.coordinator(0))


def test_list_follows_the_agreement_in_force(house: House, cast: Cast) -> None:
    kept = add_file(house, cast, cast.member(0), wish="w00")
    wishes = [{"id": "w01", "party": 0, "title": "Ny rubrik", "note": "Därför"}]
    put_agreement(house, cast, wishes=wishes)
    assert len(set_of(house, cast, cast.member(0), 0).rows) == 2, "nobody has confirmed the new one"
    with house.db.write() as session:
        newest = session.query(Agreement).order_by(Agreement.version.desc()).first()
        assert newest is not None
        for party in cast.parties:
            by = cast.coordinator(party).person_id
            session.add(Confirmation(agreement_id=newest.id, party=party, at=cast.now, by=by))
    view = set_of(house, cast, cast.member(0), 0)
    assert [(row.title, row.note, row.there) for row in view.rows] == [("Ny rubrik", "Därför", False)]
    assert [document.id for document in view.extras] == [kept], (
        "what is no longer asked for lies beside the list"
    )
    with pytest.raises(NotFound):
        add_file(house, cast, cast.member(0), wish="w00", content=b"x")


# ---- downloads and the log


def test_download_is_logged_for_the_owner(house: House, cast: Cast) -> None:
    opened(house, cast)
    reader = cast.contact(1)
    got = download(house, actor=reader, material_id=1, number=1, now=cast.now)
    assert got.stream is not None
    with got.stream as stream:
        assert (stream.read(), got.size, got.filename, got.media_type) == (
            b"Plan",
            4,
            "plan.pdf",
            "application/pdf",
        )
    set_of(house, cast, reader, 0)
    log = log_page(house, actor=cast.member(0), review_id=cast.review_id, now=cast.now).log
    assert [(look.name, look.party, look.title) for look in log.looks] == [
        (reader.name, 1, None),
        (reader.name, 1, "Verksamhetsplan 2025"),
    ]
    for who in (cast.contact(0), cast.lead):
        with pytest.raises(NotFound):
            log_page(house, actor=who, review_id=cast.review_id, now=cast.now)


def test_link_is_fetched_as_its_address_and_absence_not_at_all(house: House, cast: Cast) -> None:
    opened(house, cast)
    got = download(house, actor=cast.member(0), material_id=3, number=1, now=cast.now)
    assert (got.stream, got.url) == (None, "https://example.org/1/w10")
    for material, number in ((2, 1), (1, 2), (999, 1)):
        with pytest.raises(NotFound):
            download(house, actor=cast.member(0), material_id=material, number=number, now=cast.now)


def test_looking_at_ones_own_leaves_no_line(house: House, cast: Cast) -> None:
    opened(house, cast)
    set_of(house, cast, cast.member(0), 0)
    log = log_page(house, actor=cast.member(1), review_id=cast.review_id, now=cast.now).log
    assert [look.name for look in log.looks] == [cast.member(0).name], "the page shows the other side's too"
    own = log_page(house, actor=cast.member(0), review_id=cast.review_id, now=cast.now).log
    assert own.looks == ()


def test_forged_ids_are_not_found(house: House, cast: Cast) -> None:
    other = advance(house, make_review(house, lead=cast.lead), to="collect")
    theirs = add_file(house, other, other.member(0), wish="w00", content=b"annat")
    for who in (cast.member(0), cast.member(1), cast.contact(0)):
        with pytest.raises(NotFound):
            download(house, actor=who, material_id=theirs, number=1, now=cast.now)
        for deed, more in (("withdraw", {}), ("share_draft", {"number": 1}), ("comment", {"body": "Hej"})):
            with pytest.raises(NotFound):
                on(house, cast, who, deed, theirs, **more)
    with pytest.raises(NotFound):
        add_file(house, cast, cast.member(0), material=theirs, content=b"nytt")
    mine = add_file(house, cast, cast.member(0), wish="w00", content=b"mitt")
    with pytest.raises(NotFound):
        on(house, cast, cast.member(1), "withdraw", mine)


def test_when_it_was_opened_first_stays(house: House, cast: Cast) -> None:
    """A document that is opened again in a newer version says of the version when that was, of itself when first."""
    opened(house, cast)
    first = cast.now

    with house.db.write() as session:
        material = session.scalars(select(Material).where(Material.party == 0)).first()
        assert material is not None
        was = material.opened_at
        session.add(
            MaterialVersion(
                material_id=material.id, number=2, kind="link", url="https://example.org/2", state="handed_in",
                added_at=first, added_by=cast.coordinator(0).person_id,
            )
        )  # fmt: skip
        session.flush()
        later = first + timedelta(days=3)
        store.open_set(session, cast.review_id, "materials", 0, None, later)
        newest = session.scalars(
            select(MaterialVersion).where(
                MaterialVersion.material_id == material.id, MaterialVersion.number == 2
            )
        ).one()
        assert was is not None
        assert (material.opened_at, newest.opened_at) == (was, later)
