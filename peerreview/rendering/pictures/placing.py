"""Where the parts of a drawing stand: time runs downwards, each side has a lane.

The same rules place the wide drawing and the narrow one, which is no smaller copy: it has less in it (short
titles, the lead's part as a strip below the sides' boxes instead of a lane), in letters of the same size.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..words import capital
from .drawn import ALL, Group, Join, Lane, Part, Plan, Step, Stop, Wait
from .lettering import lines, parted
from .picture import BAR, MARK, Box, End, Look, Picture, Row, Sign, Track, Way


def place(plan: Plan, look: Look) -> Picture:
    """The picture of `plan`, its words already said."""
    return _Placer(plan, look).picture()


class _Placer:
    def __init__(self, plan: Plan, look: Look):
        self.plan, self.look = plan, look
        with_lead = look.lead if plan.lead else 0.0
        left = with_lead + look.between if with_lead else 0.0
        count = max(len(plan.lanes), 1)
        each = (look.width - left - look.between * (count - 1)) / count
        self.lead = Track(-1, 0, with_lead) if with_lead else None
        self.tracks = [Track(n, left + n * (each + look.between), each) for n in range(len(plan.lanes))]
        self.boxes: list[Box] = []
        self.ways: list[Way] = []
        self.cuts: list[float] = []
        self.ends: list[End] = []
        self.y = 0.0

    def picture(self) -> Picture:
        self._heads()
        lanes = [Box("lane", t.x, 0, t.w, 0) for t in (*([self.lead] if self.lead else []), *self.tracks)]
        before: Part | None = None
        for part in self.plan.parts:
            if not isinstance(part, Join) and not isinstance(before, Wait):
                self.cuts.append(self.y + self.look.gap / 2)
            self._part(part, self.tracks)
            before = part
        self._end()
        for lane in lanes:
            lane.h = self.y + 8
        self.y += 8
        self._notes()
        return Picture(self.look, self.y + 2, (*lanes, *self.boxes), tuple(self.ways), tuple(self.cuts))

    # ---- the top and the bottom

    def _heads(self) -> None:
        tracks = self.tracks
        made = [self._head(track, lane) for track, lane in zip(tracks, self.plan.lanes, strict=True)]
        if self.lead:
            made.append(self._head(self.lead, Lane(self.plan.lead)))
        self.y = max((box.h for box in made), default=0)
        for box in made:
            box.h = self.y
        self.boxes += made
        self.ends = [End(t.x, t.x + t.w, self.y) for t in tracks]

    def _head(self, track: Track, lane: Lane) -> Box:
        look = self.look
        box = Box("head", track.x, 0, track.w, 0, own=lane.own)
        y = self._write(box, "name", capital(str(lane.name)), look.title, look.pad, bold=True)
        if lane.under:
            y = self._write(box, "text", str(lane.under), look.text, y)
        box.h = y + look.pad
        return box

    def _end(self) -> None:
        plan, look = self.plan, self.look
        box = self._across("end", self.tracks, look.gap)
        y = self._write(box, "title", str(plan.end), look.title, 7, bold=True, indent=MARK + 8)
        box.signs.append(Sign("done" if plan.ended else "todo", box.x + look.pad, box.y + 8))
        box.now = plan.ended
        self._close([box], y + 8)

    def _notes(self) -> None:
        """Below the lanes: what holds in every step, and how else it can end."""
        look = self.look
        for note in self.plan.notes:
            box = Box("note", 0, self.y + 10, look.width, 0)
            box.h = self._write(box, "text", str(note), look.text, 4) + 4
            self.boxes.append(box)
            self.y = box.bottom

    # ---- parts

    def _part(self, part: Part, tracks: Sequence[Track]) -> None:
        match part:
            case Step():
                self._step(part, tracks)
            case Wait():
                self._wait(part, tracks)
            case Join():
                self._join(part, tracks)
            case Group(together=True) if len(part.parts) > 1:
                self._together(part, tracks)
            case Group():
                for each in part.parts:
                    self._part(each, tracks)

    def _wait(self, wait: Wait, tracks: Sequence[Track]) -> None:
        look = self.look
        shared = len(wait.words) < len(self.plan.lanes)
        made: list[Box] = []
        if shared and any(wait.words):
            made = [self._across("wait", tracks, look.gap)]
            said = [str(wait.words[0])]
        elif not shared:
            waiting = [track for track in tracks if wait.words[track.lane]]
            made = [Box("wait", t.x, self.y + look.gap, t.w, 0) for t in waiting]
            said = [str(wait.words[t.lane]) for t in waiting]
        if not made:
            return
        heights = [
            self._write(box, "wait", words, look.text, 6, indent=20)
            for box, words in zip(made, said, strict=True)
        ]
        # A side that waits for nothing is passed by: its line goes on.
        by = [track for track in tracks if not any(box.x <= track.mid <= box.right for box in made)]
        passing = [End(t.x, t.x + t.w, e.y) for t in by for e in self.ends if e.x <= t.mid <= e.right]
        self._close(made, max(heights) + 6, passing)

    def _join(self, join: Join, tracks: Sequence[Track]) -> None:
        box = self._across("join", tracks, self.look.gap)
        y = self._write(box, "text", str(join.words), self.look.text, 3, indent=20)
        self._close([box], y + 4)

    def _step(self, step: Step, tracks: Sequence[Track]) -> None:
        if step.scope == ALL:
            self._shared(step, tracks)
            return
        boxes = [self._own(step, track) for track in tracks]
        lead: Box | None = None
        if step.lead and self.lead and self._whole(tracks):
            lead = Box("lead", self.lead.x, self.y + self.look.gap, self.lead.w, 0, key=step.key)
            lead.h = self._write(lead, "text", str(step.lead), self.look.text, self.look.pad) + self.look.pad
            boxes.append(lead)
        height = max(box.h for box in boxes)
        if lead:
            boxes.remove(lead)
            lead.h = height
            self.boxes.append(lead)
            middle = lead.y + height / 2
            self.ways.append(Way("beside", lead.right, middle, boxes[0].x, middle))
        self._close(boxes, height)
        if step.lead and not lead:
            self._strip(step, tracks)

    def _own(self, step: Step, track: Track) -> Box:
        """A side's own box."""
        look = self.look
        box = Box("step", track.x, self.y + look.gap, track.w, 0, key=step.key)
        room = track.w - 2 * look.pad
        title = str(step.title)
        long = parted(title, room, look.title, bold=True)
        if long or len(lines(title, room, look.title, bold=True)) > 2:
            title = str(step.short)
        y = self._write(box, "title", title, look.title, look.pad, bold=True)
        if step.stops:
            stop = step.stops[track.lane]
            y = self._stop(box, stop, track, y)
            box.state, box.now = stop.state, stop.now
            box.own = stop.yours
        elif step.who:
            y = self._write(box, "text", str(step.who), look.text, y)
        for note in step.notes:
            y = self._write(box, "note", str(note), look.text, y)
        box.h = y + look.pad - 2
        return box

    def _shared(self, step: Step, tracks: Sequence[Track]) -> None:
        look = self.look
        box = self._across("step", tracks, look.gap)
        inside = box.x
        if self.lead and step.lead and self._whole(tracks):
            box.x, box.w = 0, look.width
        box.key = step.key
        y = self._write(box, "title", str(step.title), look.title, look.pad, bold=True, x=inside)
        if step.stops:
            below = [self._stop(box, step.stops[t.lane], t, y) for t in tracks]
            y = max(below, default=y)
            states = {step.stops[t.lane].state for t in tracks}
            box.state = states.pop() if len(states) == 1 else "doing"
            box.now = any(step.stops[t.lane].now for t in tracks)
            box.own = any(step.stops[t.lane].yours for t in tracks)
        elif step.who:
            y = self._write(box, "text", str(step.who), look.text, y, x=inside)
        for note in step.notes:
            y = self._write(box, "note", str(note), look.text, y, x=inside)
        if box.x < inside:
            room = self.look.lead - 2 * look.pad
            y = max(y, self._write(box, "text", str(step.lead), look.text, look.pad, room=room))
        self._close([box], y + look.pad - 2)
        if step.lead and box.x == inside:
            self._strip(step, tracks)

    def _strip(self, step: Step, tracks: Sequence[Track]) -> None:
        """The lead's part, right below the step that it belongs to, where there is no lane for it."""
        look = self.look
        made = [self._across("lead", tracks, 3)]
        if step.scope != ALL and not self._whole(tracks):
            made = [Box("lead", t.x, self.y + 3, t.w, 0) for t in tracks]
        words = f"{self.plan.lead}: {step.lead}"
        below = [self._write(box, "text", words, look.text, 5) for box in made]
        for box in made:
            box.key = step.key
        self._close(made, max(below) + 5, lines=False)

    def _whole(self, tracks: Sequence[Track]) -> bool:
        """Whether these are the lanes, and no strips of them."""
        return list(tracks) == self.tracks

    def _stop(self, box: Box, stop: Stop, track: Track, y: float) -> float:
        """A mark, its word and its day below it, in the width of a lane."""
        look = self.look
        room = track.w - 2 * look.pad - MARK - 4
        x = max(track.x, box.x)
        box.signs.append(Sign(stop.state, x + look.pad, box.y + y + 2))
        indent = MARK + 4
        kind = "word yours" if stop.yours else "word"
        y = self._write(
            box, kind, str(stop.word), look.text, y + 1, bold=stop.now, indent=indent, x=x, room=room
        )
        if stop.due:
            y = self._write(box, "text", str(stop.due), look.text, y, indent=indent, x=x, room=room)
        return y

    # ---- side by side

    def _together(self, group: Group, tracks: Sequence[Track]) -> None:
        each = min(track.w for track in tracks) / len(group.parts)
        if each - self.look.between >= self.look.branch and _own_only(group):
            self._branches(group, tracks)
        else:
            self._stacked(group, tracks)

    def _branches(self, group: Group, tracks: Sequence[Track]) -> None:
        """A bar that parts the way, a strip of the lane for each branch, a bar that joins them."""
        self._bar(tracks)
        start, ends, lowest = self.y, self.ends, self.y
        left: list[End] = []
        count, between = len(group.parts), self.look.between
        for number, part in enumerate(group.parts):
            inner = [
                Track(t.lane, t.x + number * (w + between), w)
                for t in tracks
                for w in [(t.w - between * (count - 1)) / count]
            ]
            self.y, self.ends = start, ends
            self._part(part, inner)
            lowest = max(lowest, self.y)
            left += self.ends
        self.y, self.ends = lowest, left
        self._bar(tracks)

    def _bar(self, tracks: Sequence[Track]) -> None:
        self._close([Box("bar", t.x, self.y + self.look.gap - 6, t.w, 0) for t in tracks], BAR)

    def _stacked(self, group: Group, tracks: Sequence[Track]) -> None:
        """No room side by side: a frame round what runs at the same time, with no line inside that says "then"."""
        inset = 5.0
        own = _own_only(group)
        frames = [Box("frame", t.x, self.y + self.look.gap, t.w, 0) for t in tracks]
        if not own:
            frames = [self._across("frame", tracks, self.look.gap)]
        tops = [self._write(frame, "text", str(group.words), self.look.text, 4) for frame in frames]
        self._close(frames, 0)
        self.y += max(tops) - inset
        start = self.ends
        inner = [Track(t.lane, t.x + inset, t.w - 2 * inset) for t in tracks]
        for number, part in enumerate(group.parts):
            self.ends = []
            self.y += inset - self.look.gap if not number else 8 - self.look.gap
            self._part(part, inner)
        self.y += inset
        for frame in frames:
            frame.h = self.y - frame.y
        self.ends = [End(end.x, end.right, self.y) for end in start]

    # ---- boxes and lines

    def _across(self, kind: str, tracks: Sequence[Track], gap: float) -> Box:
        x = tracks[0].x if tracks else 0
        right = tracks[-1].x + tracks[-1].w if tracks else self.look.width
        return Box(kind, x, self.y + gap, right - x, 0)

    def _close(
        self, boxes: list[Box], height: float, passing: Sequence[End] = (), *, lines: bool = True
    ) -> None:
        """The boxes get their height and the lines that lead to them, and are what comes next leaves from."""
        for box in boxes:
            box.h = height
        inner = self.tracks[0].x if self.tracks else 0
        tops = [End(max(box.x, inner), box.right, box.y) for box in boxes]
        if lines:
            self._lead_to(tops)
        self.boxes += boxes
        self.y = max([box.bottom for box in boxes], default=self.y)
        self.ends = sorted(
            [*passing, *(End(t.x, t.right, b.bottom) for t, b in zip(tops, boxes, strict=True))]
        )

    def _lead_to(self, tops: list[End]) -> None:
        """A line to each, at the middle of the narrower of the two that it joins."""
        finer, coarser = (self.ends, tops) if len(self.ends) > len(tops) else (tops, self.ends)
        for end in finer:
            other = next((o for o in coarser if o.x <= end.mid <= o.right), None)
            if other is not None:
                above, below = (end, other) if finer is self.ends else (other, end)
                self.ways.append(Way("way", end.mid, above.y, end.mid, below.y))

    def _write(
        self,
        box: Box,
        kind: str,
        text: str,
        size: float,
        y: float,
        *,
        bold: bool = False,
        indent: float = 0,
        x: float | None = None,
        room: float | None = None,
    ) -> float:
        """Words into a box from `y` below its top; returns where they end. `x`: not from its left."""
        left = (box.x if x is None else x) + self.look.pad + indent
        if room is None:
            room = box.right - self.look.pad - left
        step = self.look.line(size)
        for line in lines(text, room, size, bold=bold):
            box.rows.append(Row(kind, left, box.y + y + size, line, size, bold))
            y += step
        return y


def _own_only(group: Group) -> bool:
    """Whether all that is in it is each side's own."""
    for part in group.parts:
        if isinstance(part, Join) or (isinstance(part, Step) and part.scope == ALL):
            return False
        if isinstance(part, Group) and not _own_only(part):
            return False
    return True
