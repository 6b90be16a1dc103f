"""A workflow drawn as lanes that run downwards, one a side, and the same in words.

A page gets the drawing twice, wide and narrow, and its sheet shows the one that there is room for
(static/drawing.css); on paper the wide one comes in slices, so that no page ends in the middle of a box.
What stands in the picture stands in the list below it too: step by step, for those who would rather read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from markupsafe import Markup, escape

from peerreview.errors import N_

from ..words import capital, say
from .drawn import ALL, SIDE, Group, Lane, Plan, Step, Stop, Wait, steps_of
from .marks import STATE_WORDS, mark, shape
from .picture import MARK, NARROW, WIDE, Box, Look, Picture, Row, Sign, Way
from .placing import place

# How far a line stops before its point; room for the lines of the outermost boxes.
_POINT, _EDGE = 5.0, 3
# For a drawing outside of our pages: the colours of tokens.css, on white.
_STYLE = """
svg { background: #fff; font-family: "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif }
text { fill: #1c2829 } .bold { font-weight: 600 } .t-text, .t-note { fill: #545f60 }
rect { fill: none } .b-lane rect { fill: #f3ede3 } .b-head rect, .b-join rect { fill: #e0eeee }
.b-bar rect { fill: #0b5561 }
.b-step rect, .b-wait rect, .b-lead rect, .b-end rect { fill: #fff; stroke: #7b7568; stroke-width: 1.5 }
.b-wait rect { stroke-dasharray: 4 3 }
.b-lead rect, .beside { stroke: #0b5561; stroke-dasharray: 7 3; stroke-width: 1.5 }
.b-frame rect { stroke: #7b7568; stroke-dasharray: 2 3 } .b-join rect { stroke: #0b5561; stroke-width: 1.5 }
.b-end rect { stroke: #1c2829; stroke-width: 2.5 } .way { stroke: #545f60; stroke-width: 1.5 } .point { fill: #545f60 }
.glass { fill: none; stroke: #545f60; stroke-width: 1.4 } .ring { fill: none; stroke: #545f60; stroke-width: 2 }
.fill { fill: #0b5561 } .cut { fill: none; stroke: #fff; stroke-width: 2.2 }
"""


def drawing(plan: Plan, *, language: str, name: str = "drawing") -> Markup:
    """Both drawings. `plan` has its words said; `name` begins the ids, one a drawing of the page."""
    wide = place(plan, WIDE)
    return Markup('<figure class="drawing">{}{}{}</figure>').format(
        _svg(wide, plan, f"{name}-wide", language),
        _svg(place(plan, NARROW), plan, f"{name}-narrow", language),
        _slices(wide, f"{name}-wide"),
    )


def standalone(plan: Plan, *, language: str) -> str:
    """The wide drawing as a file of its own."""
    return str(_svg(place(plan, WIDE), plan, "workflow", language, alone=True))


def summary(plan: Plan, language: str, *, alone: bool = False) -> str:
    """What the drawing shows, in a breath: where each side stands, and how many steps there are; in a file of its
    own also which."""
    steps = [step for step, _ in steps_of(Group(plan.parts))]
    standing = [_where(steps, number, lane) for number, lane in enumerate(plan.lanes)]
    told = [line for line in standing if line]
    first = say(N_("%(steps)s steps, a lane for each side.", steps=len(steps)), language)
    if alone:
        return " ".join([first, *told, *(f"{n}. {step.title}." for n, step in enumerate(steps, 1))])
    return " ".join([first, *told, say(N_("All of it stands in words below the drawing."), language)])


def _where(steps: list[Step], number: int, lane: Lane) -> str:
    here = [
        f"{step.title} ({step.stops[number].word})" for step in steps if step.stops and step.stops[number].now
    ]
    return f"{capital(str(lane.name))}: {', '.join(here)}." if here else ""


# ---- the picture


def _svg(picture: Picture, plan: Plan, name: str, language: str, *, alone: bool = False) -> Markup:
    width, height = picture.look.width + 2 * _EDGE, round(picture.height) + 2 * _EDGE
    size = Markup(' xmlns="http://www.w3.org/2000/svg" width="{:g}" height="{:g}" xml:lang="{}"').format(
        width, height, language
    )
    return Markup(
        '<svg{size} class="drawing-{look}" viewBox="{edge:g} {edge:g} {width:g} {height:g}" role="img" '
        'aria-labelledby="{name}-title" aria-describedby="{name}-desc" focusable="false">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{desc}</desc>{style}'
        '<g id="{name}-all" class="drawn">{parts}</g></svg>'
    ).format(
        size=size if alone else "",
        look=picture.look.name,
        edge=-_EDGE,
        width=width,
        height=height,
        name=name,
        title=str(plan.title),
        desc=summary(plan, language, alone=alone),
        style=Markup("<style>{}</style>").format(Markup(_STYLE)) if alone else "",
        parts=Markup("").join(_parts(picture)),
    )


def _parts(picture: Picture) -> Iterator[Markup]:
    lanes = [box for box in picture.boxes if box.kind == "lane"]
    frames = [box for box in picture.boxes if box.kind == "frame"]
    yield from (_box(box, picture.look) for box in (*lanes, *frames))
    yield from (_way(way) for way in picture.ways)
    yield from (_box(box, picture.look) for box in picture.boxes if box.kind not in ("lane", "frame"))


def _box(box: Box, look: Look) -> Markup:
    kinds = [f"b-{box.kind}", *([f"is-{box.state}"] if box.state in STATE_WORDS else [])]
    kinds += [word for word, true in (("now", box.now), ("own", box.own)) if true]
    rounded = {"end": box.h / 2, "wait": 10.0, "join": 4.0, "bar": 2.0}.get(box.kind, 6.0)
    rect = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{:.1f}"/>').format(
        box.x, box.y, box.w, box.h, rounded
    )
    glass = _glass(box, look) if box.kind in ("wait", "join") else ""
    pointer = _pointer(box) if box.now and box.kind == "step" else ""
    return Markup('<g class="{}">{}{}{}{}{}</g>').format(
        " ".join(kinds),
        rect,
        glass,
        pointer,
        Markup("").join(_sign(sign) for sign in box.signs),
        Markup("").join(_row(row) for row in box.rows),
    )


def _sign(sign: Sign) -> Markup:
    state = sign.state if sign.state in STATE_WORDS else "todo"
    return Markup('<g class="mark-{}" transform="translate({:.1f} {:.1f}) scale({:g})">{}</g>').format(
        state, sign.x, sign.y, MARK / 20, Markup(shape(state))
    )


def _row(row: Row) -> Markup:
    return Markup('<text class="t-{}{}" x="{:.1f}" y="{:.1f}" font-size="{:g}">{}</text>').format(
        row.kind, " bold" if row.bold else "", row.x, row.y, row.size, row.text
    )


def _glass(box: Box, look: Look) -> Markup:
    """An hourglass: here is waited."""
    x, y = box.x + look.pad, box.rows[0].y - 11 if box.rows else box.y + 4
    return Markup('<path class="glass" d="M{:.1f} {:.1f}h10l-10 13h10l-10-13z"/>').format(x, y)


def _pointer(box: Box) -> Markup:
    """A point at the left of the box where a side stands now."""
    return Markup('<path class="pointer" d="M{:.1f} {:.1f}l8 7l-8 7z"/>').format(
        box.x - 2, box.y + box.h / 2 - 7
    )


def _way(way: Way) -> Markup:
    if way.kind == "beside":
        return Markup('<path class="beside" d="M{:.1f} {:.1f}H{:.1f}"/>').format(way.x1, way.y1, way.x2)
    return Markup(
        '<path class="way" d="M{x:.1f} {y1:.1f}V{stop:.1f}"/><path class="point" d="M{x:.1f} {y2:.1f}l-4.5-7h9z"/>'
    ).format(x=way.x1, y1=way.y1, y2=way.y2, stop=way.y2 - _POINT)


def _slices(picture: Picture, name: str) -> Markup:
    """The same drawing again for paper, in pieces between which a page may end."""
    at = [-_EDGE, *(round(cut) for cut in picture.cuts), round(picture.height) + _EDGE]
    return Markup("").join(
        Markup(
            '<svg class="drawing-slice" viewBox="{:g} {:g} {:g} {:g}" aria-hidden="true" focusable="false">'
            '<use href="#{}-all"/></svg>'
        ).format(-_EDGE, top, picture.look.width + 2 * _EDGE, bottom - top, name)
        for top, bottom in itertools.pairwise(at)
    )


# ---- the same in words


def listed(plan: Plan, *, language: str, level: int = 3) -> Markup:
    """Each step with what the picture says of it, and its help where the plan has it."""
    items = [_item(plan, *each, language, level) for each in steps_of(Group(plan.parts))]
    end = Markup("<p>{} {}</p>").format(
        say(N_("It has ended as:") if plan.ended else N_("It ends as:"), language), str(plan.end)
    )
    notes = [Markup("<p>{}</p>").format(str(note)) for note in plan.notes]
    return Markup('<ol class="drawing-words">{}</ol>{}{}').format(
        Markup("").join(items), end, Markup("").join(notes)
    )


def _item(plan: Plan, step: Step, waits: tuple[Wait, ...], language: str, level: int) -> Markup:
    # That a step is each person's is among its notes.
    scopes = {ALL: N_("All sides together"), SIDE: N_("Each side at its own pace")}
    meta = [say(scopes[step.scope], language)] if step.scope in scopes else []
    if step.beside:
        meta.append(say(N_("beside the step before"), language))
    if step.who:
        meta.append(str(step.who))
    lines = [_line("muted", " · ".join(meta))] if meta else []
    lines += [_line("", str(words)) for wait in waits for words in dict.fromkeys(wait.words) if words]
    lines += [_line("muted", str(note)) for note in step.notes]
    if step.stops:
        stops = zip(plan.lanes, step.stops, strict=True)
        lines.append(
            Markup('<ul class="drawing-stops">{}</ul>').format(
                Markup("").join(_stop(*pair) for pair in stops)
            )
        )
    if step.lead:
        lines.append(_line("", f"{plan.lead}: {step.lead}"))
    lines += [_line("", str(text)) for text in (step.help, step.acts) if text]
    return Markup("<li><h{0}>{1}</h{0}>{2}</li>").format(level, str(step.title), Markup("").join(lines))


def _line(kind: str, text: str) -> Markup:
    return Markup('<p class="{}">{}</p>').format(kind, text) if kind else Markup("<p>{}</p>").format(text)


def _stop(lane: Lane, stop: Stop) -> Markup:
    words = escape(f"{capital(str(lane.name))}: {stop.word}")
    if stop.due:
        words += Markup(', <span class="nowrap">{}</span>').format(str(stop.due))
    return Markup("<li{}>{}<span>{}</span></li>").format(
        Markup(' class="now"') if stop.now else "", mark(stop.state), words
    )
