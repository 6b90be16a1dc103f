"""Review questions: written, changed, removed, sent, answered, noted on; and who sees what of them, every cell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from peerreview.engine.running.moves import Choice
from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.services.base.house import Account, House
from peerreview.services.questions import edit_questions, questions_page
from peerreview.services.questions.edit_questions import GENERAL, QuestionText
from peerreview.services.questions.questions_page import QuestionSet
from peerreview.services.review.history_page import history

from ..material_helpers import add_file, set_of
from ..review_fixtures import Cast, advance, do, looked, make_review, put_materials, put_questions, put_report

STUDY = "exchange/work/study"
SECRET = "Varför syns detta inte?"


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="work")


def write(house: House, cast: Cast, who: Account, **typed: str) -> int:
    text = QuestionText(
        **{"perspective": "patient", "document": GENERAL, "page": "", "text": SECRET, **typed}
    )
    return edit_questions.write_question(house, actor=who, review_id=cast.review_id, typed=text, now=cast.now)


def set_of_questions(house: House, cast: Cast, who: Account, party: int = 0) -> QuestionSet | None:
    view = questions_page.questions_page(house, actor=who, review_id=cast.review_id, now=cast.now)
    return next((each for each in view.sets if each.party == party), None)


def listed(house: House, cast: Cast, who: Account, party: int = 0) -> tuple[questions_page.QuestionView, ...]:
    found = set_of_questions(house, cast, who, party)
    assert found is not None
    return found.questions


def on(house: House, cast: Cast, who: Account, deed: str, question: int, **more: Any) -> Any:
    if deed in ("save_text", "answer_question", "note_on_question"):
        more["real_now"] = cast.now + timedelta(minutes=1)
    return getattr(edit_questions, deed)(
        house, actor=who, review_id=cast.review_id, question_id=question, now=cast.now, **more
    )


def answer(
    house: House, cast: Cast, who: Account, question: int, text: str, *, seen: str = "", done: bool = True
) -> Any:
    token = edit_questions.token_of(seen)
    return on(house, cast, who, "answer_question", question, text=text, seen=token, done=done)


def sent(house: House, cast: Cast, party: int = 0) -> list[int]:
    """Two questions of a side, sent."""
    put_questions(house, cast, party)
    do(house, cast, cast.coordinator(party), "send", STUDY)
    return [question.id for question in listed(house, cast, cast.member(party), party)]


# ---- writing


def test_question_names_document_and_page(house: House, cast: Cast) -> None:
    theirs = set_of(house, cast, cast.member(0), 1).rows[0].documents[0]
    write(house, cast, cast.member(0), document=str(theirs.id), page=" 3–4 ", text=" Hur?\r\nOch när? ")
    write(house, cast, cast.member(0, 1), perspective="governance", page="5")
    first, second = listed(house, cast, cast.member(0))
    assert (second.text, second.page, second.number, second.perspective) == (
        "Hur?\nOch när?",
        "3–4",
        1,
        "patient",
    )
    assert second.document is not None
    assert (second.document.title, second.document.href) == (theirs.title, f"/materials/{theirs.id}/1")
    assert (first.number, first.document, first.page) == (2, None, ""), (
        "governance stands first; a page of nothing is none"
    )


def test_everything_wrong_is_said_at_once(house: House, cast: Cast) -> None:
    mine = set_of(house, cast, cast.member(0), 0).rows[0].documents[0]
    with pytest.raises(Invalid) as refused:
        write(house, cast, cast.member(0), perspective="x", document=str(mine.id), page="p" * 51, text=" ")
    assert set(refused.value.errors) == {"perspective", "document", "page", "text"}
    for document in ("", "999", "²", "-1", "1; DROP"):
        with pytest.raises(Invalid) as refused:
            write(house, cast, cast.member(0), document=document)
        assert set(refused.value.errors) == {"document"}
    with pytest.raises(Invalid):
        write(house, cast, cast.member(0), text="å" * 4001)


def test_what_is_not_open_yet_cannot_be_asked_about(house: House, cast: Cast) -> None:
    added = add_file(house, cast, cast.member(1), title="Senare")
    with pytest.raises(Invalid):
        write(house, cast, cast.member(0), document=str(added))


def test_change_made_meanwhile_gives_both_texts(house: House, cast: Cast) -> None:
    question = write(house, cast, cast.member(0))
    [began] = listed(house, cast, cast.member(0))
    typed = QuestionText("staff", GENERAL, "", "Kollegans ändring")
    on(house, cast, cast.member(0, 1), "change_question", question, typed=typed, seen=began.text_token)
    mine = QuestionText("patient", GENERAL, "", "Min ändring")
    with pytest.raises(Conflict) as clash:
        on(house, cast, cast.member(0), "change_question", question, typed=mine, seen=began.text_token)
    assert (clash.value.mine, clash.value.theirs) == ("Min ändring", "Kollegans ändring")
    with pytest.raises(Conflict):
        on(house, cast, cast.member(0), "save_text", question, text="Min ändring", seen=began.text_token)
    [now] = listed(house, cast, cast.member(0))
    assert (now.text, now.perspective) == ("Kollegans ändring", "staff")


def test_text_saves_itself_with_a_new_token_each_time(house: House, cast: Cast) -> None:
    question = write(house, cast, cast.member(0))
    token = listed(house, cast, cast.member(0))[0].text_token
    for text in ("Hur följer", "Hur följer ni upp?"):
        saved = on(house, cast, cast.member(0), "save_text", question, text=text, seen=token)
        token = saved.token
    [now] = listed(house, cast, cast.member(0))
    assert (now.text, now.text_token) == ("Hur följer ni upp?", token)
    with pytest.raises(Invalid):
        on(house, cast, cast.member(0), "save_text", question, text="  ", seen=token)


def test_removed_draft_can_be_put_back_and_numbers_are_not_used_again(house: House, cast: Cast) -> None:
    first, second = write(house, cast, cast.member(0)), write(house, cast, cast.member(0))
    on(house, cast, cast.member(0), "remove_question", second)
    third = write(house, cast, cast.member(0))
    found = set_of_questions(house, cast, cast.member(0))
    assert found is not None
    assert ([q.number for q in found.questions], [q.id for q in found.removed]) == ([1, 3], [second])
    with pytest.raises(NotFound):
        on(house, cast, cast.member(0), "save_text", second, text="x", seen="")
    on(house, cast, cast.member(0), "put_question_back", second)
    assert [q.id for q in listed(house, cast, cast.member(0))] == [first, second, third]


def test_questions_wait_for_the_materials_they_are_about(house: House) -> None:
    cast = advance(house, make_review(house), to="collect", agreement={"opening": "each"})
    put_materials(house, cast, 0)
    do(house, cast, cast.coordinator(0), "hand_in", "exchange/collect")
    view = set_of_questions(house, cast, cast.member(0))
    assert view is not None
    assert (view.may_write, view.why_not and view.why_not.text) == (
        False,
        "the materials of %(party)s are not open yet",
    )
    with pytest.raises(Refused):
        write(house, cast, cast.member(0))


def test_only_the_own_team_writes(house: House, cast: Cast) -> None:
    for who in (cast.contact(0), cast.lead):
        with pytest.raises(Refused):
            write(house, cast, who)
    with pytest.raises(NotFound):
        write(house, cast, cast.outsider)


def test_preview_lists_the_drafts_that_would_be_sent(house: House, cast: Cast) -> None:
    write(house, cast, cast.member(0))
    removed = write(house, cast, cast.member(0))
    on(house, cast, cast.member(0), "remove_question", removed)
    assert [q.text for q in questions_page.preview_send(looked(house, cast, cast.coordinator(0)))] == [SECRET]
    assert questions_page.preview_send(looked(house, cast, cast.contact(0))) == ()
    assert questions_page.preview_send(looked(house, cast, cast.lead)) == ()


# ---- after sending


def test_sent_question_stays_as_it_was_sent(house: House, cast: Cast) -> None:
    question = sent(house, cast)[0]
    [one, _] = listed(house, cast, cast.member(0))
    typed = QuestionText("staff", GENERAL, "", "Annat")
    for deed, more in (
        ("change_question", {"typed": typed, "seen": one.text_token}),
        ("save_text", {"text": "Annat", "seen": one.text_token}),
        ("remove_question", {}),
    ):
        with pytest.raises(Refused):
            on(house, cast, cast.member(0), deed, question, **more)
    with pytest.raises(Refused):
        write(house, cast, cast.member(0))


def test_after_going_back_more_can_be_asked_and_what_was_sent_stays(house: House, cast: Cast) -> None:
    sent(house, cast)
    do(house, cast, cast.lead, "back", reason="Fler frågor", choice=Choice(step=STUDY, party=0))
    write(house, cast, cast.member(0))
    assert [q.state for q in listed(house, cast, cast.member(0))] == ["sent", "sent", "draft"]
    assert len(listed(house, cast, cast.member(1))) == 2
    assert set_of_questions(house, cast, cast.lead).sent == 2  # type: ignore[union-attr]
    do(house, cast, cast.coordinator(0), "send", STUDY)
    assert len(listed(house, cast, cast.member(1))) == 3


def test_answer_is_the_own_sides_draft_until_it_is_given(house: House, cast: Cast) -> None:
    question = sent(house, cast)[0]
    saved = answer(house, cast, cast.member(1), question, "Vi följer", done=False)
    assert listed(house, cast, cast.member(1))[0].answer == "Vi följer"
    for other in (cast.member(0), cast.contact(0), cast.contact(1)):
        one = listed(house, cast, other)[0]
        assert (one.answer, one.state, one.answered_at) == ("", "sent", None)
    on(
        house,
        cast,
        cast.member(1, 1),
        "answer_question",
        question,
        text="Vi följer upp.",
        seen=saved.token,
        done=True,
    )
    one = listed(house, cast, cast.member(0))[0]
    assert (one.answer, one.state, one.answered_by) == ("Vi följer upp.", "answered", cast.member(1, 1).name)
    assert one.answered_at == cast.now
    facts = looked(house, cast, cast.lead).case.facts
    assert not facts.get("questions", "all_answered", 0)
    with pytest.raises(Refused):
        answer(house, cast, cast.member(1), question, "halvt", seen="Vi följer upp.", done=False)
    answer(house, cast, cast.member(1), question, "Ändrat.", seen="Vi följer upp.")
    assert listed(house, cast, cast.member(0))[0].answer == "Ändrat."


def test_given_answer_is_not_empty_and_not_endless(house: House, cast: Cast) -> None:
    question = sent(house, cast)[0]
    for text in ("  ", "å" * 8001):
        with pytest.raises(Invalid):
            answer(house, cast, cast.member(1), question, text)


def test_answer_and_note_at_the_same_time_do_not_clash_but_two_answers_do(house: House, cast: Cast) -> None:
    question = sent(house, cast)[0]
    on(
        house,
        cast,
        cast.member(0),
        "note_on_question",
        question,
        text="Be om mallen",
        seen=edit_questions.token_of(""),
    )
    answer(house, cast, cast.member(1), question, "Ja.")
    with pytest.raises(Conflict) as clash:
        answer(house, cast, cast.member(1, 1), question, "Nej.")
    assert (clash.value.theirs, clash.value.mine) == ("Ja.", "Nej.")


def test_note_is_the_asking_teams_own(house: House, cast: Cast) -> None:
    question = sent(house, cast)[0]
    on(
        house,
        cast,
        cast.member(0),
        "note_on_question",
        question,
        text="Be om mallen",
        seen=edit_questions.token_of(""),
    )
    assert listed(house, cast, cast.member(0, 1))[0].note == "Be om mallen"
    for other in (cast.member(1), cast.contact(0), cast.contact(1)):
        assert listed(house, cast, other)[0].note is None
    with pytest.raises(Refused):
        on(house, cast, cast.member(1), "note_on_question", question, text="x", seen="")
    with pytest.raises(Refused):
        answer(house, cast, cast.member(0), question, "Vi svarar åt er")
    with pytest.raises(Refused):
        answer(house, cast, cast.contact(1), question, "x")


def test_cursor_belongs_in_the_meeting(house: House, cast: Cast) -> None:
    for party in cast.parties:
        sent(house, cast, party)
    for party in cast.parties:
        put_report(house, cast, party)
        do(house, cast, cast.coordinator(party), "finish", "exchange/work/draft")
    view = questions_page.questions_page(house, actor=cast.member(0), review_id=cast.review_id, now=cast.now)
    assert (view.live, [each.side for each in view.sets]) == (True, ["about_us", "own"])


def test_forged_ids_are_not_found(house: House, cast: Cast) -> None:
    draft = write(house, cast, cast.member(0))
    typed = QuestionText("staff", GENERAL, "", "x")
    for who in (cast.member(1), cast.contact(0), cast.lead, cast.outsider):
        for deed, more in (
            ("change_question", {"typed": typed, "seen": ""}),
            ("save_text", {"text": "x", "seen": ""}),
            ("remove_question", {}),
            ("put_question_back", {}),
            ("answer_question", {"text": "x", "seen": "", "done": True}),
            ("note_on_question", {"text": "x", "seen": ""}),
        ):
            with pytest.raises(NotFound):
                on(house, cast, who, deed, draft, **more)
    other = advance(house, make_review(house, lead=cast.lead), to="work")
    with pytest.raises(NotFound):
        on(house, other, other.member(0), "remove_question", draft)


# ---- the table of engine.md. The side concerned is the one that side 0 reviews: side 1.

STAGES = ("draft", "sent", "answered")
TABLE = {
    "own coordinator": ("read", "read", "read"),
    "own member": ("read", "read", "read"),
    "own contact": ("-", "read", "read"),
    "concerned coordinator": ("-", "read", "read"),
    "concerned member": ("-", "read", "read"),
    "concerned contact": ("-", "read", "read"),
    "third member": ("-", "-", "-"),
    "third contact": ("-", "-", "-"),
    "lead": ("-", "2 sent", "2 sent"),
    "outsider": ("404", "404", "404"),
}
MAY = {
    "draft": {"own coordinator": {"change"}, "own member": {"change"}},
    "sent": {
        "own coordinator": {"note"},
        "own member": {"note"},
        "concerned coordinator": {"answer"},
        "concerned member": {"answer"},
    },
}


def readers(cast: Cast) -> dict[str, Account]:
    found = {"lead": cast.lead, "outsider": cast.outsider}
    for name, party in (("own", 0), ("concerned", 1), ("third", 2)):
        if party < len(cast.sides):
            found[f"{name} coordinator"] = cast.coordinator(party)
            found[f"{name} member"] = cast.member(party)
            found[f"{name} contact"] = cast.contact(party)
    return {name: account for name, account in found.items() if name in TABLE}


def level(house: House, cast: Cast, who: Account) -> str:
    try:
        found = set_of_questions(house, cast, who)
    except NotFound:
        return "404"
    if found is None or not (found.questions or found.sent):
        return "-"
    return "read" if found.questions else f"{found.sent} sent"


@pytest.mark.parametrize("parties", [2, 3])
@pytest.mark.parametrize("stage", STAGES)
def test_everybody_sees_what_the_table_says(house: House, parties: int, stage: str) -> None:
    cast = advance(house, make_review(house, parties), to="work")
    put_questions(house, cast, 0)
    if stage != "draft":
        do(house, cast, cast.coordinator(0), "send", STUDY)
    if stage == "answered":
        for question in listed(house, cast, cast.member(0)):
            answer(house, cast, cast.member(1), question.id, "Ja.")
    people = readers(cast)
    wanted = {name: TABLE[name][STAGES.index(stage)] for name in people}
    assert {name: level(house, cast, who) for name, who in people.items()} == wanted
    for name, who in people.items():
        if name != "outsider":
            _nothing_leaks(
                house, cast, who, wanted[name], MAY["draft" if stage == "draft" else "sent"].get(name, set())
            )


def _nothing_leaks(house: House, cast: Cast, who: Account, seen: str, may: set[str]) -> None:
    found = set_of_questions(house, cast, who)
    assert ("Hur följer ni upp planen?" in repr(found)) is (seen == "read")
    for question in found.questions if found else ():
        assert question.may == may
    if found is not None and seen == "-":
        assert (found.drafts, found.removed, found.sent_at, found.documents) == (None, (), None, ())
    told = repr(history(house, actor=who, review_id=cast.review_id, now=cast.now).lines)
    assert "Hur följer" not in told
