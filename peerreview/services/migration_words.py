"""What a move to a newer definition would mean, as lines for the command line (in English, sides by their number)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..engine.saying import plain
from ..rendering.words import local
from .definition_changes import Words
from .migration_preview import MailLine, Preview, VersionsView
from .outlook import Shift


def lines(view: VersionsView) -> list[str]:
    found = [f"{view.name}: the newest definition is {view.newest[:12]}; reviews that have it: {view.on_newest}, "
             f"that have an older one: {len(view.older)}"]  # fmt: skip
    for preview in view.previews:
        found += ["", f"review {preview.review_id}: {preview.title}", *_of(preview)]
    return found


def refusals(preview: Preview) -> list[str]:
    return [f"review {preview.review_id}: {plain(why)}" for why in preview.why]


def _of(preview: Preview) -> Iterator[str]:
    if preview.why:
        yield from _listed("cannot be moved", preview.why)
    yield from _listed("stands", (_stop(preview, n) for n in range(len(preview.stops))))
    yield from _listed("steps", preview.steps)
    yield from _listed("at once", preview.at_once)
    yield from _listed("rights that come", preview.rights_come)
    yield from _listed("rights that go", preview.rights_go)
    yield from _listed("dates", map(_shift, preview.shifts))
    yield from _listed("mails that come", map(_mail, preview.mails_come))
    yield from _listed("mails that go", map(_mail, preview.mails_go))
    yield from _listed("the definition", preview.differences)


def _stop(preview: Preview, number: int) -> str:
    stop = preview.stops[number]
    after = plain(stop.after) if stop.after else "(no longer there)"
    return f"{plain(stop.side)}: {plain(stop.before)} ({str(plain(stop.word)).lower()}) -> {after}"


def _shift(shift: Shift) -> str:
    side = f", {shift.side}" if shift.side else ""
    return f"{plain(shift.step)}{side}: {shift.before or 'no date'} -> {shift.after or 'no date'}"


def _mail(mail: MailLine) -> str:
    return f"{local(mail.at):%Y-%m-%d %H:%M}  {plain(mail.step)} -> {plain(mail.to)}"


def _listed(title: str, found: Iterable[Words]) -> Iterator[str]:
    rows = [f"    {plain(one)}" for one in found]
    if rows:
        yield f"  {title}:"
        yield from rows
