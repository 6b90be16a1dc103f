"""What the lead writes to a set of people: who is meant, what they get, and that nobody else is written to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from peerreview.errors import Invalid, NotFound
from peerreview.services.base.fingerprint import Changed
from peerreview.services.base.house import House
from peerreview.services.lead import letters_page, mail_lists, write_letters
from peerreview.services.lead.letters_page import EVERYBODY, LATE, STEP, TURN, Letter, LetterPreview
from peerreview.services.lead.mail_search import MailAsked
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.store.mail.outbox import Outgoing

from ..evaluation.test_anonymity import answer, everybody
from ..review_fixtures import Cast, advance, do, make_review

LETTER = Letter(TURN, "", "Nytt datum i höst", "Hej!\n\nVi ses i oktober i stället.")


@pytest.fixture
def cast(house: House) -> Cast:
    return make_review(house)


def shown(house: House, cast: Cast, **changes: str) -> LetterPreview:
    return letters_page.preview_letter(
        house, actor=cast.lead, letter=replace(LETTER, **changes), now=cast.now
    )


def addresses(view: LetterPreview) -> set[str]:
    return {one.email for one in view.readers}


def send(house: House, cast: Cast, view: LetterPreview, **changes: str) -> int:
    letter = replace(LETTER, **changes)
    return write_letters.send_letter(
        house, actor=cast.lead, letter=letter, seal=view.seal, now=cast.now, real_now=cast.now
    )


def went(house: House) -> list[Outgoing]:
    with house.db.read() as session:
        return list(session.scalars(select(Outgoing).where(Outgoing.kind == "letter")))


def test_those_who_have_not_done_it(house: House, cast: Cast) -> None:
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    keys = [key for key, _ in letters_page.letter_form(house, actor=cast.lead, now=cast.now).sets]
    assert f"{STEP}acceptance" in keys
    assert addresses(shown(house, cast, whom=f"{STEP}acceptance")) == {cast.coordinator(1).email}
    assert addresses(shown(house, cast, whom=TURN)) == {cast.coordinator(1).email}
    with pytest.raises(Invalid) as error:
        shown(house, cast, whom=LATE)
    assert list(error.value.errors) == ["whom"]
    assert len(shown(house, cast, whom="coordinator").readers) == 2
    assert len(shown(house, cast, whom=EVERYBODY).readers) == len(
        {person.email for side in cast.parties for person in (cast.coordinator(side), cast.contact(side))}
        | {person.email for side in cast.parties for person in cast.sides[side].members}
    )


def test_each_gets_one_mail_that_says_whose_words_they_are(house: House, cast: Cast) -> None:
    view = shown(house, cast, whom="coordinator")
    assert len(view.readers) == 2
    assert send(house, cast, view, whom="coordinator") == 2
    sent = went(house)
    assert sorted(one.recipient for one in sent) == sorted(addresses(view))
    assert len({one.message_id for one in sent}) == 2
    text = text_of(sent[0].message)
    assert sent[0].subject == "Nytt datum i höst"
    for words in ("Vi ses i oktober i stället.", f"{cast.lead.name} skriver:", "projektledaren skriver till"):
        assert words in text
    assert text.index("Vi ses i oktober") < text.index("http://"), "what is said comes before where to go"
    assert all(one.email not in text for one in view.readers if one.email != sent[0].recipient)
    assert shown(house, cast, whom="coordinator", review=str(cast.review_id)) != view, "it opens that review"


def test_nothing_goes_to_others_than_were_shown(house: House, cast: Cast) -> None:
    view = shown(house, cast)
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    with pytest.raises(Changed):
        send(house, cast, view)
    assert went(house) == []


def test_every_fault_is_told_at_its_field(house: House, cast: Cast) -> None:
    with pytest.raises(Invalid) as error:
        shown(house, cast, subject="", text=" ", whom="nobody", review="77")
    assert sorted(error.value.errors) == ["review", "subject", "text", "whom"]
    with pytest.raises(Invalid) as error:
        shown(house, cast, subject="Hej\r\nBcc: alla@example.org")
    assert list(error.value.errors) == ["subject"]


def test_what_has_ended_and_what_rests_is_not_written_to_by_turn(house: House, cast: Cast) -> None:
    do(house, cast, cast.lead, "hold", reason="Semester")
    with pytest.raises(Invalid):
        shown(house, cast)
    do(house, cast, cast.lead, "cancel", reason="Det blir inte av")
    with pytest.raises(Invalid):
        shown(house, cast, whom=EVERYBODY)


def test_the_lead_alone_writes(house: House, cast: Cast) -> None:
    for who in (cast.coordinator(0), cast.outsider):
        with pytest.raises(NotFound):
            letters_page.letter_form(house, actor=who, now=cast.now)
        with pytest.raises(NotFound):
            letters_page.preview_letter(house, actor=who, letter=LETTER, now=cast.now)
        with pytest.raises(NotFound):
            write_letters.send_letter(
                house, actor=who, letter=LETTER, seal="", now=cast.now, real_now=cast.now
            )


def test_those_who_have_not_answered_are_counted_written_to_and_never_named(house: House, cast: Cast) -> None:
    advance(house, cast, to="evaluation")
    *there, missing = everybody(cast)
    for number, who in enumerate(there):
        answer(house, cast, who, 10 + number)
    whom = f"{STEP}evaluation"
    view = shown(house, cast, whom=whom)
    assert (view.people, view.readers) == (1, ())
    for others in (TURN, LATE):
        with pytest.raises(Invalid):
            shown(house, cast, whom=others)
    answer(house, cast, missing, 10)
    with pytest.raises(Invalid):
        send(house, cast, view, whom=whom)
    assert went(house) == []


def test_letter_to_those_who_have_not_answered_names_nobody_afterwards_either(
    house: House, cast: Cast
) -> None:
    advance(house, cast, to="evaluation")
    first, *there, missing = everybody(cast)
    for number, who in enumerate(there):
        answer(house, cast, who, 10 + number)
    whom = f"{STEP}evaluation"
    view = shown(house, cast, whom=whom)
    answer(house, cast, first, 10)
    with pytest.raises(Changed) as error:
        send(house, cast, view, whom=whom)
    assert first.name not in repr(error.value.found)
    assert send(house, cast, shown(house, cast, whom=whom), whom=whom) == 1
    (row,) = went(house)
    assert row.person_id == missing.person_id
    listed = mail_lists.review_mail(house, actor=cast.lead, review_id=cast.review_id, now=cast.now).sent
    every = mail_lists.network_mail(house, actor=cast.lead, asked=MailAsked()).sent
    for one in (*listed, *every):
        if "oktober" in repr(one) or LETTER.subject in repr(one):
            assert missing.name not in repr(one)
            assert missing.email not in repr(one)
    with pytest.raises(NotFound):
        mail_lists.message(house, actor=cast.lead, outgoing_id=row.id, now=cast.now)
