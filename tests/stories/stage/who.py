"""The words in which tests/stories/asking/addresses.py says who gets an answer where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .planted import ENDS, SCENES, Ids, Planted
from .table import Reader, cell

Who = Callable[[Reader], bool | None]
NONE = 10**6


@dataclass(frozen=True)
class Address:
    rule: str
    path: str
    who: Who
    # A page of our review, or of a thing of it: for whoever has no part in it it does not exist.
    ours: bool = True


@dataclass(frozen=True)
class Place:
    """Where we are: the scene, the review, the other one, the ids of both."""

    scene: str
    p: Planted
    beside: Planted
    ids: Ids
    others: Ids
    # The turn that was taken from the scene (turns.py), if one was.
    turned: str = ""

    @property
    def parties(self) -> int:
        return len(self.p.cast.sides)

    @property
    def ended(self) -> bool:
        return self.scene in ENDS or self.scene == "closed"

    def reached(self, scene: str) -> bool:
        return SCENES.index(ENDS.get(self.scene, self.scene)) >= SCENES.index(scene)


def anybody(reader: Reader) -> bool:
    return True


def signed_in(reader: Reader) -> bool:
    return reader.role != "nobody"


def the_lead(reader: Reader) -> bool:
    return reader.role == "lead"


def taking_part(reader: Reader) -> bool:
    return reader.takes_part


def nobody(reader: Reader) -> bool:
    return False


def unsaid(reader: Reader) -> bool | None:
    return None if reader.takes_part else False


def lead_or_person(person: int) -> Who:
    """The lead, and the one whom it is about."""
    return lambda reader: (
        reader.role == "lead" or (reader.account is not None and reader.account.person_id == person)
    )


def lead_perhaps(reader: Reader) -> bool | None:
    return None if reader.role == "lead" else False


def lead_or_unsaid(reader: Reader) -> bool | None:
    return True if reader.role == "lead" else None


def teams_alone(reader: Reader) -> bool | None:
    """Some of the teams perhaps; contacts and the lead never."""
    return None if reader.in_team else False


def once(begun: bool, who: Who) -> Who:
    """As `who` says once it has begun; before that the table says nothing."""
    return who if begun else unsaid


def of_side(party: int, inside: Who = unsaid) -> Who:
    def who(reader: Reader) -> bool | None:
        return inside(reader) if reader.side == party else False

    return who


def team_of(party: int, *, certain: bool = False) -> Who:
    def who(reader: Reader) -> bool | None:
        return (True if certain else None) if reader.in_team and reader.side == party else False

    return who


def roles(*allowed: str, side: int | None = None) -> Who:
    """These roles perhaps (of one side, where given), nobody else."""

    def who(reader: Reader) -> bool | None:
        same = side is None or reader.side in (None, side)
        return None if reader.role in allowed and same else False

    return who


def reads(place: Place, *words: str) -> Who:
    """Whoever the table lets read one of these words."""

    def who(reader: Reader) -> bool:
        return any(cell(place.p.words[word], reader, place.parties) == "y" for word in words)

    return who


def side_in(page: str, owner: int) -> str:
    """What a review's first page says of a side."""
    return page.partition(f'id="side-{owner}"')[2].partition("</section>")[0]
