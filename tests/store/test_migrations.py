"""Migrations on a full demo of the first version: nothing is lost on the way up, and the house goes on from there."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from config import MIGRATIONS, Settings
from peerreview.engine.language.definition import Workflow
from peerreview.engine.running.case import Do, Scope
from peerreview.services.base.clock import method_now
from peerreview.services.base.house import Account, House, calendar_by
from peerreview.services.case.opening import looking
from peerreview.services.home.my_page import home
from peerreview.services.lead.board import board
from peerreview.services.lead.verify_histories import verify
from peerreview.services.review.do_action import Filled, Wish, act
from peerreview.services.worker.each_tick import tick
from peerreview.store.connection.database import Database
from peerreview.store.connection.files import FileStore
from peerreview.store.mail.outbox import PlannedMail
from peerreview.store.people.people import Person
from peerreview.store.review.conflicts import Conflict as Declared
from peerreview.store.review.history import HistoryRow
from peerreview.store.review.reviews import ArtefactState, Review, Seat
from peerreview.store.upkeep import schema

FROZEN = "e93aaf71feda7b71da38a43ce66a097535defcc5f61ac43765960087061d0b92"


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.engine.connect() as connection:
        return {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in sorted(inspect(connection).get_table_names())
            if table != "alembic_version"
        }


def test_first_migration_is_frozen() -> None:
    first = MIGRATIONS / "versions" / "0001_first.py"
    assert hashlib.sha256(first.read_bytes()).hexdigest() == FROZEN, (
        "databases have been made by it: a change of tables is a migration of its own (script/migration)"
    )


def test_demo_keeps_every_row_on_the_way_up(old_demo: Database) -> None:
    before = rows(old_demo)
    assert (before["review"], before["history"], before["person"]) == (11, 654, 106)
    schema.upgrade(old_demo, MIGRATIONS)
    schema.check(old_demo, MIGRATIONS)
    after = rows(old_demo)
    assert {table: after[table] for table in before if table in after and after[table] < before[table]} == {}
    assert [table for table in before if before[table] and table not in after] == []


def test_demo_goes_down_and_up_again(old_demo: Database) -> None:
    before = rows(old_demo)
    schema.upgrade(old_demo, MIGRATIONS)
    schema.downgrade(old_demo, MIGRATIONS, "0001")
    assert rows(old_demo) == before
    schema.upgrade(old_demo, MIGRATIONS)
    schema.check(old_demo, MIGRATIONS)


def test_demo_goes_on_where_it_left_off(
    old_demo: Database, settings: Settings, workflows: dict[str, Workflow]
) -> None:
    schema.upgrade(old_demo, MIGRATIONS)
    house = house_of(old_demo, settings, workflows)
    assert verify(house) == []
    lead = account_of(house)
    real_now = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
    now = method_now(house, real_now)
    assert len(board(house, actor=lead, now=now, real_now=real_now).rows) >= 5
    assert home(house, actor=lead, now=now, real_now=real_now)
    # A month passes: what is late is reminded of, what has its day begins, and the chains still hold.
    assert tick(house, now=now + timedelta(days=30), real_now=real_now + timedelta(days=30)) > 0
    assert verify(house) == []


def test_running_reviews_find_out_whose_turn_it_is(
    old_demo: Database, settings: Settings, workflows: dict[str, Workflow]
) -> None:
    """They are woken, so that what is late is reminded of again, and what nobody could do is known."""
    schema.upgrade(old_demo, MIGRATIONS)
    house = house_of(old_demo, settings, workflows)
    with house.db.read() as session:
        # The day on which the example was made, by its own clock.
        last = session.scalars(select(HistoryRow.at).order_by(HistoryRow.at.desc())).first()
        assert last is not None
        now = last + timedelta(hours=1)
    running = select(Review).where(Review.ended.is_(None))
    with house.db.read() as session:
        assert all(
            review.wake_at is not None and review.wake_at <= now for review in session.scalars(running)
        )
    tick(house, now=now, real_now=now)
    with house.db.read() as session:
        assert not any(review.vacant for review in session.scalars(running))
        planned = session.scalars(select(PlannedMail).where(PlannedMail.rule.startswith("late"))).all()
        assert planned


def house_of(database: Database, settings: Settings, workflows: dict[str, Workflow]) -> House:
    return House(
        db=database,
        workflows=workflows,
        calendar=calendar_by(settings),
        files=FileStore(settings.files_dir, max_upload=settings.max_upload),
        settings=settings,
    )


def account_of(house: House) -> Account:
    with house.db.read() as session:
        lead = session.scalars(select(Person).where(Person.is_lead)).first()
        assert lead is not None
        return Account(lead.id, lead.name, lead.email, lead.language, True)


def test_memberships_that_came_of_a_seat_are_marked_and_nobody_elses(old_demo: Database) -> None:
    """Somebody of Skåne who was once given a seat for Kalmar by the address belonged to Kalmar too from then on."""
    with old_demo.engine.begin() as connection:
        seat = connection.execute(
            text(
                "SELECT seat.id, party.organisation_id FROM seat JOIN party ON party.review_id = seat.review_id "
                "AND party.position = seat.party WHERE seat.role = 'member' ORDER BY seat.id"
            )
        ).first()
        assert seat is not None
        guest = connection.execute(
            text("SELECT max(person_id) FROM membership WHERE organisation_id <> :own"),
            {"own": seat.organisation_id},
        ).scalar_one()
        connection.execute(
            text("UPDATE seat SET person_id = :guest WHERE id = :id"), {"guest": guest, "id": seat.id}
        )
        connection.execute(
            text(
                "INSERT INTO membership (person_id, organisation_id, role, title) VALUES (:guest, :own, 'member', '')"
            ),
            {"guest": guest, "own": seat.organisation_id},
        )
    schema.upgrade(old_demo, MIGRATIONS)
    with old_demo.engine.connect() as connection:
        marked = connection.execute(
            text("SELECT person_id, organisation_id FROM membership WHERE by_seat")
        ).all()
    assert [tuple(row) for row in marked] == [(guest, seat.organisation_id)]


def test_demo_review_in_which_one_team_was_confirmed_goes_on_by_the_rule_of_now(
    old_demo: Database, settings: Settings, workflows: dict[str, Workflow]
) -> None:
    """Likeness is asked when all have confirmed: who had confirmed before waits, and neither is kept from anything."""
    schema.upgrade(old_demo, MIGRATIONS)
    house = house_of(old_demo, settings, workflows)
    now = method_now(house, datetime(2026, 11, 28, 9, 0, tzinfo=UTC))
    review_id, first, second = half_confirmed(house)
    act(
        house,
        actor=second,
        review_id=review_id,
        wish=Wish("confirm", "teams"),
        filled=Filled(),
        seen=None,
        now=now,
    )
    assert verify(house) == []
    for actor in (first, second):
        with looking(house, review_id=review_id, actor=actor, now=now) as case:
            marks = {
                place[1].party: mark.state
                for place, mark in case.standing.marks.items()
                if place[0] == "teams"
            }
            alike = case.case.facts.get("team", "comparable", 0)
            assert marks == dict.fromkeys((0, 1), "done" if alike else "active")
            assert bool(case.may(Do("reopen", ("teams", Scope(case.own_party()))))) is not alike


def test_what_was_declared_in_answers_is_a_row_that_waits_for_the_lead_and_back(old_demo: Database) -> None:
    declared = {
        "conflict": "Hennes man är chef där.",
        "answered": {"at": "2026-11-02T09:00:00+00:00", "by": 1},
    }
    answers = text(
        "SELECT id, data FROM artefact_state WHERE name = 'acceptance' AND state = 'accepted' ORDER BY id"
    )
    with old_demo.engine.begin() as connection:
        first = connection.execute(answers).first()
        assert first is not None
        put = text("UPDATE artefact_state SET data = :data WHERE id = :id")
        connection.execute(put, {"data": json.dumps(declared), "id": first.id})
    schema.upgrade(old_demo, MIGRATIONS)
    with Session(old_demo.engine) as session:
        [row] = session.scalars(select(Declared)).all()
        assert (row.text, row.declared_by, row.person_id, row.decision) == (declared["conflict"], 1, None, "")
        assert row.declared_at == datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        said = {
            one.data["conflict"] for one in session.scalars(select(ArtefactState)) if "conflict" in one.data
        }
        assert said <= {True, False}
        assert session.get_one(ArtefactState, first.id).data["conflict"] is True
    schema.downgrade(old_demo, MIGRATIONS, "0007")
    with old_demo.engine.connect() as connection:
        again = {one.id: one.data for one in connection.execute(answers)}
        data = again[first.id]
        assert (json.loads(data) if isinstance(data, str) else data)["conflict"] == declared["conflict"]


def half_confirmed(house: House) -> tuple[int, Account, Account]:
    """The demo's review in which one side has confirmed its team, and the coordinators of both, that side's first."""
    with house.db.read() as session:
        for review in session.scalars(select(Review).where(Review.ended.is_(None))):
            done = {m[1]: m[3] == "done" for m in review.standing["marks"] if m[0] == "teams"}
            if sorted(done.values()) == [False, True]:
                by_side = {
                    seat.party: account_of_person(session, seat.person_id)
                    for seat in session.scalars(select(Seat).where(Seat.review_id == review.id))
                    if seat.role == "coordinator"
                }
                first = next(party for party, confirmed in done.items() if confirmed)
                return review.id, by_side[first], by_side[1 - first]
    raise AssertionError("no review of the demo is there")


def account_of_person(session: Session, person_id: int) -> Account:
    person = session.get_one(Person, person_id)
    return Account(person.id, person.name, person.email, person.language, person.is_lead)
