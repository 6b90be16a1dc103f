"""What a drawing of a workflow is made of: lanes, steps, waits and joins, in words that are still to be said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from peerreview.errors import Message, PartyName, Text

Said = Message | Text | PartyName | str
ALL, SIDE, PERSON = "all", "side", "person"


@dataclass(frozen=True)
class Lane:
    """A side. `under`: what stands below its name (whom it reviews); `own`: the reader's."""

    name: Said
    under: Said = ""
    own: bool = False


@dataclass(frozen=True)
class Stop:
    """A side at a step: the state of a mark, its word, its date; `now`: here is where it stands; `yours`: and the
    reader's side is the one that moves it."""

    state: str
    word: Said
    due: Said = ""
    now: bool = False
    yours: bool = False


@dataclass(frozen=True)
class Step:
    """`scope`: all take it together, each side, or each person. `who`: those who move it. `lead`: what the
    network's lead does in it. `stops`: one a lane, or none in a drawing of no review. `help`, `acts` and
    `beside` (it runs beside the one before) are for the words alone."""

    key: str
    title: Said
    short: Said
    scope: str = ALL
    who: Said = ""
    lead: Said = ""
    notes: tuple[Said, ...] = ()
    stops: tuple[Stop, ...] = ()
    help: Said = ""
    acts: Said = ""
    beside: bool = False


@dataclass(frozen=True)
class Wait:
    """What is waited for before the next step: one a lane ("" = for nothing), or one where all wait together."""

    words: tuple[Said, ...]


@dataclass(frozen=True)
class Join:
    """Here all sides wait for each other."""

    words: Said


@dataclass(frozen=True)
class Group:
    """Parts one after the other, or `together`: side by side, or in a frame with `words` where there is no room."""

    parts: tuple[Part, ...]
    together: bool = False
    words: Said = ""


Part = Step | Wait | Join | Group


@dataclass(frozen=True)
class Plan:
    """A whole workflow. `end`: how it ends, and whether it has. `notes`: what holds in all of it."""

    title: Said
    lanes: tuple[Lane, ...]
    parts: tuple[Part, ...]
    lead: Said = ""
    end: Said = ""
    ended: bool = False
    notes: tuple[Said, ...] = ()


def spoken(value: Any, say: Callable[[Any], str]) -> Any:
    """The same value with all its words said in the reader's language."""
    if isinstance(value, Message | Text | PartyName):
        return say(value)
    if isinstance(value, tuple):
        return tuple(spoken(each, say) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        said = {field.name: spoken(getattr(value, field.name), say) for field in fields(value)}
        return replace(value, **said)
    return value


def steps_of(part: Part, waits: tuple[Wait, ...] = ()) -> Iterator[tuple[Step, tuple[Wait, ...]]]:
    """Each step in order with what is waited for right before it; what stands before steps that run side by side
    is waited for by each of them."""
    if isinstance(part, Step):
        yield part, waits
    if not isinstance(part, Group):
        return
    here = waits
    for each in part.parts:
        if isinstance(each, Wait):
            here = (*here, each)
            continue
        yield from steps_of(each, here)
        here = waits if part.together else ()
