"""What a move to a newer definition would mean, as lines for the command line (sides by their number)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...errors import N_, Message, PartyName, Text
from ...rendering.words import local
from ..foresight.outlook import Shift
from .migration_preview import MailLine, Preview, VersionsView

Line = Message | str


def lines(view: VersionsView) -> list[Line]:
    found: list[Line] = [
        N_("%(name)s: the newest definition is %(newest)s; reviews that have it: %(newer)s, that have an older one: "
           "%(older)s", name=view.name, newest=view.newest[:12], newer=view.on_newest, older=len(view.older))
    ]  # fmt: skip
    for preview in view.previews:
        found += ["", N_("review %(id)s: %(what)s", id=preview.review_id, what=preview.title), *_of(preview)]
    return found


def refusals(preview: Preview) -> list[Line]:
    return [N_("review %(id)s: %(what)s", id=preview.review_id, what=_plain(why)) for why in preview.why]


def _of(preview: Preview) -> Iterator[Line]:
    if preview.why:
        yield from _listed(N_("cannot be moved"), preview.why)
    yield from _listed(N_("stands"), (_stop(preview, n) for n in range(len(preview.stops))))
    yield from _listed(N_("steps"), preview.steps)
    yield from _listed(N_("at once"), preview.at_once)
    yield from _listed(N_("rights that come"), preview.rights_come)
    yield from _listed(N_("rights that go"), preview.rights_go)
    yield from _listed(N_("dates"), map(_shift, preview.shifts))
    yield from _listed(N_("mails that come"), map(_mail, preview.mails_come))
    yield from _listed(N_("mails that go"), map(_mail, preview.mails_go))
    yield from _listed(N_("the definition"), preview.differences)


def _stop(preview: Preview, number: int) -> Message:
    stop = preview.stops[number]
    return N_(
        "%(side)s: %(before)s (%(word)s) -> %(after)s",
        side=_plain(stop.side),
        before=_plain(stop.before),
        word=_plain(stop.word),
        after=_plain(stop.after) if stop.after else N_("(no longer there)"),
    )


def _shift(shift: Shift) -> Message:
    side = f", {shift.side}" if shift.side else ""
    days = {name: day or N_("no date") for name, day in (("before", shift.before), ("after", shift.after))}
    return N_("%(step)s%(side)s: %(before)s -> %(after)s", step=_plain(shift.step), side=side, **days)


def _mail(mail: MailLine) -> Message:
    at = f"{local(mail.at):%Y-%m-%d %H:%M}"
    return N_("%(at)s  %(step)s -> %(to)s", at=at, step=_plain(mail.step), to=_plain(mail.to))


def _listed(title: Message, found: Iterable[Any]) -> Iterator[Line]:
    rows = [N_("    %(what)s", what=_plain(one)) for one in found]
    if rows:
        yield N_("  %(title)s:", title=title)
        yield from rows


def _plain(value: Any) -> Any:
    """Whatever may stand in a message's gap, or be one itself, for a line of a terminal."""
    if isinstance(value, PartyName):
        return N_("side %(number)s", number=value.party + 1)
    if isinstance(value, Message):
        return Message(value.text, tuple((name, _plain(one)) for name, one in value.params))
    if isinstance(value, Text) or type(value) is not tuple:
        return value
    told, *others = map(_plain, value) if value else ("",)
    for one in others:
        told = N_("%(one)s, %(other)s", one=told, other=one)
    return told
