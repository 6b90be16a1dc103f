"""python-statemachine, its state kept by SQLAlchemy's ORM: loaded, machine set, event sent, row and history saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from statemachine import State, StateChart
from statemachine.orderedset import OrderedSet

from .line import Step, serve

SIDES = ("a", "b")


class Base(DeclarativeBase):
    pass


class Review(Base):
    __tablename__ = "review"
    id: Mapped[int] = mapped_column(primary_key=True)
    stands: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    history: Mapped[list[History]] = relationship(back_populates="review", lazy="raise")
    __mapper_args__: ClassVar[Any] = {"version_id_col": version}


class History(Base):
    __tablename__ = "history"
    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    deed: Mapped[str] = mapped_column(String(40))
    person: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    review: Mapped[Review] = relationship(back_populates="history")


class Standing:
    """What a machine reads its states from and writes them to."""

    def __init__(self, stands: list[str]):
        self.state: Any = OrderedSet(stands) if stands else None


class ReviewChart(StateChart):
    """Two sides at once, each collects, studies and writes; when both have, one closing."""

    class sides(State.Parallel):
        class side_a(State.Compound):
            collect_a = State(initial=True)
            study_a = State()
            write_a = State()
            done_a = State(final=True)
            collected_a = collect_a.to(study_a)
            studied_a = study_a.to(write_a)
            written_a = write_a.to(done_a)

        class side_b(State.Compound):
            collect_b = State(initial=True)
            study_b = State()
            write_b = State()
            done_b = State(final=True)
            collected_b = collect_b.to(study_b)
            studied_b = study_b.to(write_b)
            written_b = write_b.to(done_b)

    closing = State()
    closed = State(final=True)
    done_state_sides = sides.to(closing)
    close = closing.to(closed)


def prepare(url: str, synchronous: str, steps: int) -> Iterator[Step]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))

    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def set_up(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")

    Base.metadata.create_all(engine)
    first = Standing([])
    ReviewChart(first)
    with Session(engine) as session, session.begin():
        session.add_all(Review(id=n + 1, stands=list(first.state)) for n in range(steps))

    def step(number: int) -> None:
        with Session(engine) as session, session.begin():
            review = session.get_one(Review, number, with_for_update=True)
            standing = Standing(review.stands)
            ReviewChart(standing).send("collected_a")
            assert "study_a" in standing.state
            review.stands = list(standing.state)
            session.add(History(review_id=review.id, deed="collected_a", person=1, at=datetime.now(UTC)))

    for number in range(1, steps + 1):
        yield partial(step, number)


if __name__ == "__main__":
    serve(prepare)
