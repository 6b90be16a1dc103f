"""Writing a report: versions, saves that run by themselves, two at once, findings, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.services.base.house import Account, House
from peerreview.services.report.edit_report import MAX_TEXT, Clash, Saved, comment_on_report, save_report
from peerreview.services.report.report_page import ReportView, report
from peerreview.services.report.report_versions import compared
from peerreview.store.artefacts.questions import Question
from peerreview.store.artefacts.reports import TextVersion

from ..review_fixtures import Cast, advance, do, make_review, put_questions

TEXT = "## Styrkor\n\nLedningen frågar efter resultatet.\n\n## Iakttagelser\n\nPlanen saknar mål.\n"


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="work")


def save(house: House, cast: Cast, who: Account, body: str, started_from: str = "", **more: object) -> Saved:
    return save_report(
        house,
        actor=who,
        review_id=cast.review_id,
        key="0",
        started_from=started_from or look(house, cast, who).token,
        body=body,
        now=cast.now,
        **more,  # type: ignore[arg-type]
    )


def look(house: House, cast: Cast, who: Account) -> ReportView:
    return report(house, review_id=cast.review_id, actor=who, key="0", now=cast.now)


def bodies(house: House) -> list[str]:
    with house.db.read() as session:
        return list(session.scalars(select(TextVersion.body).order_by(TextVersion.number)))


def test_a_report_begins_with_the_template_in_the_writers_language(house: House, cast: Cast) -> None:
    assert "## Iakttagelser" in look(house, cast, cast.member(0)).body
    english = Account(cast.member(0).person_id, "x", "x@example.org", "en", False)
    assert "## Observations" in look(house, cast, english).body
    assert bodies(house) == []


def test_saving_the_untouched_template_saves_nothing(house: House, cast: Cast) -> None:
    body = look(house, cast, cast.member(0)).body
    save(house, cast, cast.member(0), body.replace("\n", "\r\n"))
    assert bodies(house) == []


def test_every_save_by_hand_is_a_version_and_the_same_text_is_none(house: House, cast: Cast) -> None:
    save(house, cast, cast.member(0), "Ett")
    save(house, cast, cast.member(0), "Ett")
    save(house, cast, cast.member(0), "Ett, två")
    assert bodies(house) == ["Ett", "Ett, två"]


def test_a_text_is_kept_as_it_was_written_but_for_control_characters(house: House, cast: Cast) -> None:
    save(house, cast, cast.member(0), "  a\r\nb\x0bc\x00d\u2028\t<b>&amp;\ud83d  ".replace("\ud83d", ""))
    assert bodies(house) == ["  a\nb\ncd\n\t<b>&amp;  "]


def test_a_save_from_an_older_text_gets_both_texts(house: House, cast: Cast) -> None:
    anna, bo = cast.member(0, 0), cast.member(0, 1)
    save(house, cast, anna, TEXT)
    token = look(house, cast, bo).token
    save(house, cast, anna, TEXT.replace("Planen saknar mål.", "Planen saknar mätbara mål."))
    mine = TEXT.replace("Ledningen frågar", "Ledningen i linjen frågar")
    with pytest.raises(Clash) as caught:
        save(house, cast, bo, mine, token)
    clash = caught.value
    assert (clash.mine, clash.writer) == (mine, anna.name)
    assert clash.theirs is not None
    assert "mätbara mål" in clash.theirs
    assert clash.proposal is not None
    assert "mätbara mål" in clash.proposal
    assert "i linjen" in clash.proposal
    save(house, cast, bo, clash.proposal, clash.token)
    assert bodies(house)[-1] == clash.proposal


def test_two_who_changed_the_same_paragraph_have_to_choose(house: House, cast: Cast) -> None:
    anna, bo = cast.member(0, 0), cast.member(0, 1)
    save(house, cast, anna, TEXT)
    token = look(house, cast, bo).token
    save(house, cast, anna, TEXT.replace("Planen saknar mål.", "Planen har mål."))
    with pytest.raises(Clash) as caught:
        save(house, cast, bo, TEXT.replace("Planen saknar mål.", "Planen är ny."), token)
    assert caught.value.proposal is None


def test_two_who_save_the_same_text_do_not_clash(house: House, cast: Cast) -> None:
    save(house, cast, cast.member(0, 0), TEXT, "0")
    save(house, cast, cast.member(0, 1), TEXT, "0")
    assert bodies(house) == [TEXT]


@pytest.mark.parametrize(
    "forged", ["", "1", "9.abcdefabcdef", "x", "1.000000000000", "٣.aaaa", "-1", "1" * 40]
)
def test_a_forged_start_is_a_clash(house: House, cast: Cast, forged: str) -> None:
    save(house, cast, cast.member(0), TEXT)
    with pytest.raises(Conflict):
        save_report(
            house,
            actor=cast.member(0),
            review_id=cast.review_id,
            key="0",
            started_from=forged,
            body="Ny text",
            now=cast.now,
        )
    assert bodies(house) == [TEXT]


# ---- saves that run by themselves


def test_saves_while_writing_go_on_in_one_version(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    token = save(house, cast, anna, "En", quietly=True).token
    for body in ("En mening", "En mening som växer", "En mening som växer."):
        cast.now += timedelta(seconds=30)
        saved = save(house, cast, anna, body, token, quietly=True)
        token = saved.token
        assert saved.at == cast.now
    assert bodies(house) == ["En mening som växer."]


@pytest.mark.parametrize(
    "after",
    ["", "Helt annan text.", "En mening.", "En mening och en.", "mening till och en."],
)
def test_what_a_save_takes_away_stays_in_the_version_before(house: House, cast: Cast, after: str) -> None:
    before = "En mening till och en."
    save(house, cast, cast.member(0), before, quietly=True)
    save(house, cast, cast.member(0), after, quietly=True)
    assert bodies(house) == [before, after]


def test_a_word_is_mended_in_place(house: House, cast: Cast) -> None:
    save(house, cast, cast.member(0), "En menning", quietly=True)
    save(house, cast, cast.member(0), "En mening", quietly=True)
    assert bodies(house) == ["En mening"]


def test_a_pause_another_person_or_a_save_by_hand_begins_a_version(house: House, cast: Cast) -> None:
    anna, bo = cast.member(0, 0), cast.member(0, 1)
    save(house, cast, anna, "Ett", quietly=True)
    cast.now += timedelta(minutes=10)
    save(house, cast, anna, "Ett två", quietly=True)
    save(house, cast, bo, "Ett två tre", quietly=True)
    save(house, cast, bo, "Ett två tre fyra")
    assert bodies(house) == ["Ett", "Ett två", "Ett två tre", "Ett två tre fyra"]


def test_another_window_of_ones_own_clashes_though_the_number_is_the_same(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    other_window = save(house, cast, anna, "Ett", quietly=True).token
    save(house, cast, anna, "Ett två", quietly=True)
    with pytest.raises(Clash):
        save(house, cast, anna, "Ett fel", other_window, quietly=True)
    assert bodies(house) == ["Ett två"]


def test_the_presented_version_is_never_written_on(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting")
    anna = cast.member(0)
    save(house, cast, anna, "Utkast, första meningen", quietly=True)
    frozen = bodies(house)
    do(house, cast, cast.lead, "present", "second_meeting")
    save(house, cast, anna, "Utkast, första meningen och en till", quietly=True)
    with house.db.read() as session:
        rows = session.scalars(
            select(TextVersion).where(TextVersion.party == 0).order_by(TextVersion.number)
        ).all()
    assert [row.milestone for row in rows][-2:] == ["presented", ""]
    assert rows[-2].body in frozen


def test_versions_of_one_sitting_are_listed_as_one(house: House, cast: Cast) -> None:
    anna, bo = cast.member(0, 0), cast.member(0, 1)
    for who, body in ((anna, "a"), (anna, "a b"), (bo, "c"), (anna, "d"), (anna, "e")):
        save(house, cast, who, body)
        cast.now += timedelta(minutes=5)

    def listed(everything: bool) -> list[int | None]:
        found = compared(
            house,
            review_id=cast.review_id,
            actor=bo,
            key="0",
            everything=everything,
            now=cast.now,
        )
        assert found.hidden == 5 - len(found.listed)
        return [row.number for row in found.listed]

    assert listed(everything=False) == [5, 3, 2]
    assert listed(everything=True) == [5, 4, 3, 2, 1]


# ---- what cannot be taken


def test_a_text_may_have_200_000_characters(house: House, cast: Cast) -> None:
    save(house, cast, cast.member(0), "å" * MAX_TEXT)
    with pytest.raises(Invalid) as caught:
        save(house, cast, cast.member(0), "å" * (MAX_TEXT + 1))
    assert list(caught.value.errors) == ["text"]
    assert dict(caught.value.errors["text"].params) == {"most": 200_000, "count": 200_001}
    assert bodies(house) == ["å" * MAX_TEXT]


def test_nobody_else_writes_in_a_teams_report(house: House, cast: Cast) -> None:
    for who in (cast.lead, cast.contact(0), cast.member(1), cast.coordinator(1), cast.contact(1)):
        with pytest.raises(Refused):
            save(house, cast, who, "Hej", "0")
    with pytest.raises(NotFound):
        save(house, cast, cast.outsider, "Hej", "0")
    assert bodies(house) == []


def test_nothing_is_written_before_the_materials_are_open_or_after_the_report_is_handed_over(
    house: House,
) -> None:
    cast = advance(house, make_review(house), to="collect")
    with pytest.raises(NotFound):
        save(house, cast, cast.member(0), "Hej", "0")
    advance(house, cast, to="closing_meeting")
    do(house, cast, cast.coordinator(0), "hand_over", "closing_meeting")
    with pytest.raises(Refused) as caught:
        save(house, cast, cast.member(0), "Hej", "0")
    assert "handed over" in caught.value.reason.text


def test_nothing_is_written_while_the_review_is_on_hold(house: House, cast: Cast) -> None:
    do(house, cast, cast.lead, "hold", reason="Semester")
    view = look(house, cast, cast.member(0))
    assert (view.may_write, view.token) == (False, "")
    with pytest.raises(Refused):
        save(house, cast, cast.member(0), "Hej", "0")


def test_an_empty_or_overlong_comment_says_so(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting")
    do(house, cast, cast.lead, "present", "second_meeting")
    for body in ("", "  \n ", "x" * 5001):
        with pytest.raises(Invalid) as caught:
            comment_on_report(
                house, actor=cast.member(1), review_id=cast.review_id, key="0", body=body, now=cast.now
            )
        assert list(caught.value.errors) == ["comment"]


# ---- findings


def questions(house: House) -> list[int]:
    with house.db.read() as session:
        return list(session.scalars(select(Question.id).order_by(Question.party, Question.number)))


def test_a_finding_is_put_under_the_findings(house: House, cast: Cast) -> None:
    put_questions(house, cast, 0)
    first = questions(house)[0]
    with house.db.write() as session:
        row = session.get(Question, first)
        assert row is not None
        row.answer, row.note, row.page = "Två gånger om året.", "Följ upp.", "12"
    anna = cast.member(0)
    assert look(house, cast, anna).findings[0].answer == ""
    with house.db.write() as session:
        session.get(Question, first).state = "answered"  # type: ignore[union-attr]
    text = "## Styrkor\n\nEtt.\n\n## Iakttagelser\n\nTvå.\n\n## Frågor\n\nTre.\n"
    save(house, cast, anna, text, finding=first)
    assert bodies(house) == [
        "## Styrkor\n\nEtt.\n\n## Iakttagelser\n\nTvå.\n\n### Fråga 1\n\nHur följer ni upp planen? (s. 12)\n\n"
        "**Svar:** Två gånger om året.\n\n**Anteckning:** Följ upp.\n\n## Frågor\n\nTre.\n"
    ]


def test_a_finding_goes_last_where_there_is_no_such_heading(house: House, cast: Cast) -> None:
    put_questions(house, cast, 0)
    save(house, cast, cast.member(0), "Min text", finding=questions(house)[1])
    assert bodies(house) == ["Min text\n\n### Fråga 2\n\nVem äger frågan i linjen?\n"]


def test_only_own_questions_are_findings(house: House, cast: Cast) -> None:
    put_questions(house, cast, 0)
    put_questions(house, cast, 1)
    with house.db.read() as session:
        theirs = session.scalars(select(Question.id).where(Question.party == 1)).first()
    for forged in (theirs, 0, 10**9):
        with pytest.raises(NotFound):
            save(house, cast, cast.member(0), "Min text", finding=forged)
    assert [f.text for f in look(house, cast, cast.member(0)).findings] == [
        "Hur följer ni upp planen?",
        "Vem äger frågan i linjen?",
    ]
    assert bodies(house) == []
