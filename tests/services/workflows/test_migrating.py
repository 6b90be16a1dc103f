"""Running reviews moved to a newer definition: all that are chosen, or none; and replayed across the move."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from peerreview.engine.language.reader import read
from peerreview.errors import Conflict, Invalid, NotFound, in_english, plain
from peerreview.rendering.words import say
from peerreview.services.base.house import House
from peerreview.services.lead import verify_histories
from peerreview.services.review import history_page
from peerreview.services.worker import each_tick
from peerreview.services.workflows import migrate_reviews, migration_preview, migration_words
from peerreview.store.artefacts.evaluations import Hours
from peerreview.store.mail import planned as mails
from peerreview.store.mail.outbox import PlannedMail
from peerreview.store.review.history import HistoryRow
from peerreview.store.review.reviews import Definition, Review

from ...engine.analysis.test_migrating import A_DEAD_END
from ..review_fixtures import Cast, advance, do, make_review, put_materials

NAME = "collegial-review"
RENAMED = (
    ("\n  exchange:\n", "\n  trade:\n    was: exchange\n"),
    ("\n      collect:\n", "\n      gather:\n        was: exchange/collect\n"),
)
GONE = (("\n      collect:\n", "\n      gather:\n"),)
LONGER = (
    ("{date: agreement.dates.materials, otherwise: {after: begin, weeks: 6}}", "{after: begin, weeks: 8}"),
)


def newer(house: House, *changes: tuple[str, str]) -> House:
    """The same house with another definition by the same name."""
    text = house.workflows[NAME].text
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return replace(house, workflows={**house.workflows, NAME: read(text, "newer.yaml")})


def move(house: House, cast: Cast, **more: object) -> tuple[int, ...]:
    chosen = {cast.review_id: None}
    return migrate_reviews.migrate(house, actor=cast.lead, name=NAME, chosen=chosen, now=cast.now, **more)  # type: ignore[arg-type]


def told(house: House) -> list[str]:
    return [str(finding) for finding in verify_histories.verify(house)]


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house, parties=2), to="collect")


def review_of(house: House, cast: Cast) -> Review:
    with house.db.read() as session:
        found = session.get(Review, cast.review_id)
        assert found is not None
        return found


def planned(house: House, cast: Cast) -> dict[tuple[str, str, int, int], PlannedMail]:
    with house.db.read() as session:
        rows = session.scalars(
            select(PlannedMail).where(PlannedMail.review_id == cast.review_id, PlannedMail.state == "planned")
        )
        return {(row.step, row.rule, row.party, row.seat_id): row for row in rows}


def test_a_review_goes_on_by_the_newest_definition(house: House, cast: Cast) -> None:
    after = newer(house, *RENAMED)
    before = review_of(house, cast)
    assert move(after, cast) == (cast.review_id,)
    moved = review_of(house, cast)
    assert (moved.definition_hash, moved.version) == (after.workflows[NAME].hash, before.version + 1)
    assert any(path == "trade/gather" for path, *_ in moved.standing["marks"])
    with house.db.read() as session:
        kept = session.get(Definition, moved.definition_hash)
        assert kept is not None
        last = session.scalars(select(HistoryRow).order_by(HistoryRow.number.desc())).first()
        assert last is not None
        assert (last.deed, last.data["from"], last.data["to"]) == (
            "migrated",
            before.definition_hash,
            moved.definition_hash,
        )
    cast.now += timedelta(hours=1)
    do(after, cast, cast.lead, "hold", reason="Paus")
    do(after, cast, cast.lead, "resume", reason="Vidare")
    assert told(after) == [], "the whole history replays across the move"


def test_a_review_played_to_its_end_after_the_move_replays(house: House, cast: Cast) -> None:
    after = newer(
        house,
        (
            "\n        ask: {sv: Lämna in underlaget",
            "\n        was: handing_in\n        ask: {sv: Lämna in underlaget",
        ),
        *LONGER,
    )
    move(after, cast)
    advance(after, cast, to="closed")
    assert review_of(house, cast).ended == "closed"
    assert told(after) == []


def test_planned_mail_is_planned_anew_under_the_new_names(house: House, cast: Cast) -> None:
    before = planned(house, cast)
    assert before
    move(newer(house, *RENAMED), cast)
    after = planned(house, cast)
    assert {key[0] for key in after} == {"trade/gather"}
    assert {row.id for row in after.values()} == {row.id for row in before.values()}, "the same mails"


def test_what_the_lead_holds_back_stays_held_back(house: House, cast: Cast) -> None:
    row = next(iter(planned(house, cast).values()))
    with house.db.write() as session:
        found = session.get(PlannedMail, row.id)
        assert found is not None
        wish = mails.wish_on(session, found)
        wish.held, wish.by, wish.at = True, cast.lead.person_id, cast.now
        session.add(Hours(review_id=cast.review_id, person_id=cast.lead.person_id, party=0, step="exchange",
                          hours=2, noted_at=cast.now))  # fmt: skip
    move(newer(house, *RENAMED), cast)
    with house.db.read() as session:
        ((kept, _),) = mails.wishes_of(session, [cast.review_id])
        assert (kept.step, kept.held) == ("trade/gather", True)
        assert session.scalars(select(Hours.step)).all() == ["trade"]


def test_dates_of_the_new_definition_hold(house: House, cast: Cast) -> None:
    before = {key: row.due_at for key, row in planned(house, cast).items()}
    move(newer(house, *LONGER), cast)
    after = {key: row.due_at for key, row in planned(house, cast).items()}
    assert before.keys() == after.keys()
    assert before != after


def test_what_has_no_place_is_refused_and_nothing_is_written(house: House, cast: Cast) -> None:
    other = advance(house, make_review(house, lead=cast.lead), to="teams")
    after = newer(house, *GONE)
    rows = len(_history(house))
    chosen = {cast.review_id: None, other.review_id: None}
    with pytest.raises(Invalid) as refused:
        migrate_reviews.migrate(after, actor=cast.lead, name=NAME, chosen=chosen, now=cast.now)
    (key, message) = next(iter(refused.value.errors.items()))
    assert key == f"review_{cast.review_id}"
    assert (
        "Region Kalmar län stands in `exchange/collect`, which the new definition does not have; "
        "if a step has taken its place, write `was: exchange/collect` there" in in_english(message)
    )
    assert review_of(house, other).definition_hash == house.workflows[NAME].hash, "nor the one that could"
    assert len(_history(house)) == rows
    assert migrate_reviews.migrate(
        after, actor=None, name=NAME, chosen={other.review_id: None}, now=cast.now
    ) == (other.review_id,)
    assert told(after) == []


def test_who_comes_second_is_told_so(house: House, cast: Cast) -> None:
    after = newer(house, *RENAMED)
    seen = review_of(house, cast).version
    do(house, cast, cast.lead, "hold", reason="Paus")
    with pytest.raises(Conflict):
        migrate_reviews.migrate(
            after, actor=cast.lead, name=NAME, chosen={cast.review_id: seen}, now=cast.now
        )
    with pytest.raises(Conflict):
        move(after, cast, newest_seen=house.workflows[NAME].hash)
    move(after, cast, newest_seen=after.workflows[NAME].hash)
    with pytest.raises(Conflict):
        move(after, cast)


def test_of_two_at_once_one_moves_it(house: House, cast: Cast) -> None:
    after, seen = newer(house, *RENAMED), review_of(house, cast).version

    def once(_: int) -> str:
        chosen = {cast.review_id: seen}
        try:
            migrate_reviews.migrate(after, actor=cast.lead, name=NAME, chosen=chosen, now=cast.now)
        except Conflict:
            return "told so"
        return "moved"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(once, range(2))) == ["moved", "told so"]
    assert told(after) == []


def test_it_is_the_leads_alone_and_of_running_reviews(house: House, cast: Cast) -> None:
    after = newer(house, *RENAMED)
    for actor in (cast.coordinator(0), cast.outsider):
        with pytest.raises(NotFound):
            migrate_reviews.migrate(
                after, actor=actor, name=NAME, chosen={cast.review_id: None}, now=cast.now
            )
    with pytest.raises(NotFound):
        migrate_reviews.migrate(after, actor=cast.lead, name=NAME, chosen={999: None}, now=cast.now)
    with pytest.raises(NotFound):
        migrate_reviews.migrate(after, actor=cast.lead, name="nothing", chosen={1: None}, now=cast.now)
    with pytest.raises(Invalid):
        migrate_reviews.migrate(after, actor=cast.lead, name=NAME, chosen={}, now=cast.now)
    do(house, cast, cast.lead, "cancel", reason="Slut")
    with pytest.raises(Conflict):
        move(after, cast)


def test_a_draft_that_no_fact_tells_of_keeps_its_place(house: House, cast: Cast) -> None:
    """Nobody may lose sight of what they have written."""
    text = house.workflows[NAME].text
    without = text.replace("materials", "papers").replace("dates.papers", "dates.materials")
    after = newer(
        house,
        (
            text,
            without.replace("lead_reads_papers", "lead_reads_materials").replace(
                "page: papers", "page: materials"
            ),
        ),
    )
    with pytest.raises(Invalid) as refused:
        move(after, cast)
    assert "`materials`, which the new definition does not have" in in_english(
        next(iter(refused.value.errors.values()))
    )


def test_the_history_tells_each_line_by_the_definition_of_its_time(house: House, cast: Cast) -> None:
    before = history_page.history(house, actor=cast.lead, review_id=cast.review_id, now=cast.now).lines
    after = newer(house, *RENAMED, ("accept:\n        title", "say_yes:\n        title"))
    move(after, cast)
    lines = history_page.history(after, actor=cast.lead, review_id=cast.review_id, now=cast.now).lines
    assert [line.title for line in lines[1:]] == [line.title for line in before]
    assert in_english(lines[0].title).startswith("Moved the review")  # type: ignore[arg-type]


def test_a_forged_move_is_found(house: House, cast: Cast) -> None:
    after = newer(house, *RENAMED)
    move(after, cast)
    with house.db.write() as session:
        session.execute(update(Review).values(definition_hash=house.workflows[NAME].hash))
    assert any("another definition than its history leads to" in line for line in told(after))


def test_time_goes_on_after_the_move(house: House, cast: Cast) -> None:
    after = newer(house, *RENAMED)
    move(after, cast)
    late = cast.now + timedelta(days=120)
    assert each_tick.tick(after, now=late, real_now=late) > 0
    assert told(after) == []


def _history(house: House) -> list[int]:
    with house.db.read() as session:
        return list(session.scalars(select(HistoryRow.id)))


# ---- what it would mean


def seen(house: House, cast: Cast) -> migration_preview.Preview:
    view = migration_preview.versions(
        house, actor=cast.lead, name=NAME, chosen=[cast.review_id], now=cast.now
    )
    return view.previews[0]


def words(*several: Iterable[Any]) -> str:
    return "\n".join(str(plain(one)) for words in several for one in words)


def test_the_preview_tells_what_changes_and_writes_nothing(house: House, cast: Cast) -> None:
    after = newer(
        house, *RENAMED, *LONGER,
        ("materials.write@draft_for_comments]\n          coord", "questions.write@draft]\n          coord"),
        ("remind: [{working_days: -10}, {working_days: -3}, ", "remind: [{working_days: -4}, "),
    )  # fmt: skip
    before = len(_history(house))
    preview = seen(after, cast)
    assert preview.why == ()
    assert "was called `exchange/collect` and is called `trade/gather` now (under way)" in words(
        preview.steps
    )
    own = "Region Gävleborg, Team member of the side itself: "
    assert f"{own}Materials, write (a draft for comments)" in words(preview.rights_go)
    assert f"{own}Review questions, write (a draft)" in words(preview.rights_come)
    assert "materials.write@internal" not in words(preview.rights_come, preview.rights_go)
    assert {shift.side for shift in preview.shifts} == {"Region Kalmar län", "Region Gävleborg"}
    assert all(shift.before != shift.after for shift in preview.shifts)
    assert preview.mails_come
    assert preview.mails_go
    assert "the reminders are others" in words(preview.differences)
    stops = [stop for stop in preview.stops if plain(stop.word) == "Under way"]
    assert [(plain(s.side), plain(s.after)) for s in stops] == [
        ("Region Kalmar län", "Compile the materials"),
        ("Region Gävleborg", "Compile the materials"),
    ]
    assert (len(_history(house)), review_of(house, cast).definition_hash) == (
        before,
        house.workflows[NAME].hash,
    )


def test_what_is_foreseen_is_what_comes(house: House, cast: Cast) -> None:
    after = newer(
        house, *RENAMED, *LONGER, ("{working_days: -10}, {working_days: -3}, ", "{working_days: -4}, ")
    )
    had = {(row.step, row.party, row.seat_id, row.due_at) for row in planned(house, cast).values()}
    preview = seen(after, cast)
    move(after, cast)
    have = {(row.step, row.party, row.seat_id, row.due_at) for row in planned(house, cast).values()}
    renamed = {("trade/gather", *rest) for _, *rest in had}
    assert len(have - renamed) == len(preview.mails_come) > 0
    assert len(renamed - have) == len(preview.mails_go) > 0


def test_what_would_be_opened_at_once_is_said(house: House, cast: Cast) -> None:
    """The act in law is foretold: the first set has been handed in, and the new definition waits for no other."""
    put_materials(house, cast, 0)
    do(house, cast, cast.coordinator(0), "hand_in", "exchange/collect")
    after = newer(
        house,
        (
            "opens_when: {any: [{agreement.opening: each}, all.materials.handed_in]}",
            "opens_when: materials.handed_in",
        ),
    )
    told_of = words(seen(after, cast).at_once)
    assert "cannot be undone: Materials of Region Kalmar län" in told_of
    move(after, cast)
    assert told(after) == []


def test_a_refusal_is_foreseen_too(house: House, cast: Cast) -> None:
    preview = seen(newer(house, *GONE), cast)
    assert "Region Gävleborg stands in `exchange/collect`" in words(preview.why)
    assert (preview.steps, preview.mails_go) == ((), ())
    assert preview.stops


def test_what_would_be_waited_for_in_vain_is_said(house: House, cast: Cast) -> None:
    preview = seen(newer(house, *A_DEAD_END), cast)
    assert "could not be reached any more" in words(preview.why)
    assert "(Region Gävleborg) would wait in vain: " in words(preview.why)
    assert "the project lead has not consented" in words(preview.why)


def test_the_command_lines_words_call_sides_by_number(house: House, cast: Cast) -> None:
    after = newer(house, *GONE)
    view = migration_preview.versions(after, actor=None, name=NAME, chosen=None, now=cast.now)
    assert in_english(migration_words.refusals(view.previews[0])[0]) == (
        f"review {cast.review_id}: side 1 stands in `exchange/collect`, which the new definition does not have; "
        "if a step has taken its place, write `was: exchange/collect` there"
    )
    printed = [one if isinstance(one, str) else say(one, "en") for one in migration_words.lines(view)]
    assert any("side 2: Compile the materials (Under way) -> (no longer there)" in line for line in printed)


def test_only_running_reviews_with_an_older_definition_are_shown(house: House, cast: Cast) -> None:
    view = migration_preview.versions(house, actor=cast.lead, name=NAME, now=cast.now)
    assert (view.older, view.on_newest) == ((), 1)
    with pytest.raises(NotFound):
        migration_preview.versions(house, actor=cast.lead, name=NAME, chosen=[cast.review_id], now=cast.now)
    with pytest.raises(NotFound):
        migration_preview.versions(house, actor=cast.coordinator(0), name=NAME, now=cast.now)


def test_what_differs_anywhere_in_the_definition_is_told(house: House, cast: Cast) -> None:
    held = "        needs: closing_meeting.planned"
    if_agreed = (
        "    lead if agreement.lead_reads_materials: [{}]\n    lead if agreement.lead_reads_reports:\n      -"
    )
    after = newer(
        house,
        (f"by: [coordinator, lead]\n{held}", f"by: coordinator\n{held}"),
        (if_agreed.format("materials.read@opened"), if_agreed.format("questions.read@sent")),
        ("allow:\n      member: [acceptance.read, team.read]", "allow:\n      member: [acceptance.read]"),
    )
    told_of = words(seen(after, cast).differences)
    assert "Closing meeting: The meeting has been held, no longer for Project lead." in told_of
    lead = "for Project lead, if the agreement says so: The project lead reads opened materials"
    assert f"In every step: Review questions, read (sent), now {lead} too." in told_of
    assert f"In every step: Materials, read (open to the other side), no longer {lead}." in told_of
    assert "When it has ended: Declined: Team, read, no longer for Team member" in told_of
