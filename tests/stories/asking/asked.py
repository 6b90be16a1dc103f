"""How each right and action of the rights table is asked of the running application, over HTTP.

A `Browsing` is one reader at one scene; a way of asking looks at a page for a planted word, at a form that is offered,
or at the status of a page on which something is written, and gives the answer yes or no for the thing of `owner`.
What HTTP cannot be asked stands in not_asked.py with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from werkzeug.test import TestResponse

from tests.web.caller import Caller

from ..stage.table import Reader
from ..stage.who import Place, side_in

PAGES = ("", "team", "agreement", "materials", "questions", "evaluation", "follow-up")
FROZEN = "?version=presented"
_WORD = re.compile(r"zq\d+z")


@dataclass
class Browsing:
    """One reader at one scene; every page is asked for once."""

    place: Place
    reader: Reader
    caller: Caller
    kept: dict[str, TestResponse] = field(default_factory=dict)

    def get(self, path: str) -> TestResponse:
        if path not in self.kept:
            full = f"/reviews/{self.place.p.review_id}/{path}".rstrip("/")
            self.kept[path] = self.caller.client.get(full, headers={"User-Agent": self.caller.agent})
            assert self.kept[path].status_code < 500, full
        return self.kept[path]

    def opens(self, path: str) -> bool:
        return self.get(path).status_code == 200

    def offers(self, page: str, action: str) -> bool:
        """Whether the page holds a form that goes there."""
        return (
            re.search(rf'action="/reviews/{self.place.p.review_id}/{action}"', self.get(page).text)
            is not None
        )

    def main(self, page: str) -> str:
        """What the page says, without its marks."""
        text = self.get(page).text
        text = text[text.find("<main") : text.find("</main>")] if self.opens(page) else ""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))

    def words(self) -> set[str]:
        reports = [f"report/{party}{page}" for party in range(self.place.parties) for page in ("", FROZEN)]
        pages = (*PAGES, "report", "report/joint", *reports)
        return {word for page in pages for word in _WORD.findall(self.get(page).text)}

    def name(self, owner: int) -> str:
        return self.place.p.cast.sides[owner].name


Ask = Callable[[Browsing, int], bool | None]


@dataclass(frozen=True)
class Way:
    """How a right is asked. `there`: whether `owner`'s thing is in the right's state at this scene at all."""

    ask: Ask
    there: Callable[[Place, int], bool] = lambda place, owner: True
    of_review: bool = False


def _words_of(place: Place, owner: int | None, *cells: str) -> set[str]:
    return {
        word
        for word, what in place.p.words.items()
        if what.cell in cells and what.party == owner and (what.shown or what.cell.startswith("conflict"))
    }


def reads(*cells: str, of_review: bool = False) -> Way:
    """A word that stands in the thing turns up on one of the pages."""

    def whose(owner: int) -> int | None:
        return None if of_review else owner

    def ask(browsing: Browsing, owner: int) -> bool:
        return bool(browsing.words() & _words_of(browsing.place, whose(owner), *cells))

    return Way(ask, lambda place, owner: bool(_words_of(place, whose(owner), *cells)), of_review)


def in_scenes(way: Way, *scenes: str) -> Way:
    def there(place: Place, owner: int) -> bool:
        return (place.turned or place.scene) in scenes and way.there(place, owner)

    return Way(way.ask, there, way.of_review)


def status(path: str, *scenes: str) -> Way:
    """A page of the whole review on which something is read or written."""
    return in_scenes(Way(lambda browsing, owner: browsing.opens(path), of_review=True), *scenes)


# ---- one thing's own forms


def _row(rows: list[tuple[int, int]], owner: int) -> int | None:
    return next((key for key, party in rows if party == owner), None)


def _counted(browsing: Browsing, owner: int) -> bool:
    """How many they are, beside the side's name, on the page of the teams."""
    number = re.escape(browsing.name(owner)) + r" \d+ (person|people)"
    return re.search(number, browsing.main("team")) is not None


def _seat(browsing: Browsing, owner: int) -> bool:
    """The second seat of the side: one that its coordinator can take away."""
    seat = [key for key, party in browsing.place.ids.seats if party == owner][1]
    return browsing.offers(f"team/seats/{seat}", f"team/seats/{seat}/remove")


def _describe(browsing: Browsing, owner: int) -> bool:
    """A document of the list, of which a new version or mark may be written."""
    return browsing.opens(f"materials/add?material={_row(browsing.place.ids.materials, owner)}")


def _shared(page: str) -> Way:
    def ask(browsing: Browsing, owner: int) -> bool:
        return browsing.opens(page.format(browsing.place.p.rows["shared"][0][1]))

    return Way(ask, lambda place, owner: owner == 0 and place.scene == "collect")


def _material_comment(browsing: Browsing, owner: int) -> bool:
    page = browsing.get(f"materials/{browsing.place.p.rows['shared'][0][1]}/comments")
    return page.status_code == 200 and 'name="body"' in page.text


def _question(form: str) -> Ask:
    def ask(browsing: Browsing, owner: int) -> bool:
        keys = [str(key) for key, party in browsing.place.ids.questions if party == owner]
        return browsing.offers("questions", f"questions/(?:{'|'.join(keys)})/{form}")

    return ask


def _writes_questions(browsing: Browsing, owner: int) -> bool:
    keys = [str(key) for key, party in browsing.place.ids.questions if party == owner]
    return any(browsing.offers(f"questions?edit={key}", f"questions/{key}") for key in keys[:1])


def _changes_answer(browsing: Browsing, owner: int) -> bool:
    """An answer is changed on a page of its own, which "Change the answer" leads to; whoever asked takes notes."""
    keys = [str(key) for key, party in browsing.place.ids.questions if party == owner]
    return any(
        browsing.offers(f"questions?edit={key}", f"questions/{key}/(?:answer|note)") for key in keys[:1]
    )


def _of_text(form: str = "") -> Ask:
    return lambda browsing, owner: browsing.offers(f"report/{owner}", f"report/{owner}{form}")


def _told(page: str, heading: str, said: str) -> Ask:
    """Whether the page tells of the thing in which state it is."""

    def ask(browsing: Browsing, owner: int) -> bool:
        text = browsing.main(page)
        return re.search(rf"{heading.format(browsing.name(owner))}.{{0,60}}?(?:{said})", text) is not None

    return ask


def _hours(browsing: Browsing, owner: int) -> bool:
    return f"{owner + 1},17 tim" in browsing.main("hours")


def _own_hours(browsing: Browsing, owner: int) -> bool:
    return browsing.offers("hours", "hours") and _hours(browsing, owner)


def _findings(browsing: Browsing, owner: int) -> bool:
    row = _row(browsing.place.ids.follow_ups, owner)
    return browsing.offers("follow-up", f"follow-up/{row}/remove")


def _cell(owner_cell: str) -> Callable[[Place, int], bool]:
    return lambda place, owner: bool(_words_of(place, owner, owner_cell))


def _materials(said: str, cell: str) -> Way:
    """The set as a whole: its state is that of its handing in."""
    return Way(_told("materials", "Underlag från {}", said), _cell(cell))


def _report(said: str, cell: str) -> Way:
    return Way(_told("report", "Rapporten från {}", said), _cell(cell))


def _joint_told(said: str, *scenes: str) -> Way:
    told = Way(_told("report", "Gemensam rapport", said), of_review=True)
    return in_scenes(told, *(scenes or ("joint", "joint_finished")))


def _before(scene: str, cell: str) -> Callable[[Place, int], bool]:
    return lambda place, owner: not place.reached(scene) and _cell(cell)(place, owner)


FROM_COLLECT = ("collect", "opened", "second_meeting", "presented", "closing", "evaluation", "follow_up")
MEETING_SCENES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "first_meeting": (("first_meeting",), FROM_COLLECT),
    "second_meeting": (("second_meeting", "presented"), ("closing", "evaluation", "follow_up")),
    "closing_meeting": (("closing",), ("evaluation", "follow_up")),
}


def _meetings() -> Mapping[str, Way]:
    found = {}
    for key, (planned, held) in MEETING_SCENES.items():
        ends = {"second_meeting": ("cancelled",)}.get(key, ())
        found[f"{key}.read@planned"] = status(f"meetings/{key}.ics", *planned, *ends)
        closed = ("closed", "cancelled") if key == "first_meeting" else ("closed",)
        found[f"{key}.read@held"] = status(f"meetings/{key}.ics", *held, *closed)
        found[f"{key}.write@planned"] = status(f"meetings/{key}/plan", *planned)
        found[f"{key}.write@held"] = status(f"meetings/{key}/notes", *held)
    for key, scenes in (
        ("second_meeting", ("collect", "opened")),
        ("closing_meeting", ("collect", "presented")),
    ):
        found[f"{key}.write@unplanned"] = status(f"meetings/{key}/plan", *scenes)
    found["first_meeting.write@unplanned"] = status("meetings/first_meeting/plan", "teams")
    return found


UNDERWAY = ("opened", "second_meeting", "presented", "closing", "evaluation", "follow_up")
WAYS: Mapping[str, Way] = {
    "acceptance.read@accepted": Way(
        lambda browsing, owner: "Jäv:" in side_in(browsing.get("").text, owner), _cell("conflict of interest")
    ),
    "acceptance.read@declined": reads("acceptance declined"),
    "team.read@open": reads("team open"),
    "team.read@confirmed": reads("team confirmed"),
    "team.notice@open": Way(_counted, _cell("team open")),
    "team.notice@confirmed": Way(_counted, _cell("team confirmed")),
    "team.write@open": Way(_seat, _cell("team open")),
    "team.write@confirmed": Way(_seat, _cell("team confirmed")),
    "agreement.read@draft": in_scenes(reads("agreement", of_review=True), "first_meeting"),
    "agreement.read@confirmed": in_scenes(
        reads("agreement", of_review=True), *FROM_COLLECT, "closed", "cancelled"
    ),
    "agreement.write@draft": status("agreement/edit", "first_meeting"),
    "agreement.write@confirmed": status("agreement/edit", *FROM_COLLECT),
    "agreement.move@confirmed": status("dates", *FROM_COLLECT),
    "agreement.confirm@confirmed": in_scenes(
        Way(lambda b, owner: b.offers("agreement", "agreement/confirm"), of_review=True), "amending"
    ),
    "agreement.confirm@draft": in_scenes(
        Way(lambda b, owner: b.offers("agreement", "agreement/confirm"), of_review=True), "first_meeting"
    ),
    **_meetings(),
    "materials.read@internal": reads("material internal"),
    "materials.read@draft_for_comments": reads("material draft for comments"),
    "materials.read@handed_in": reads("material handed in"),
    "materials.read@opened": reads("material opened"),
    "materials.notice@internal": Way(
        _told("materials", "Underlag från {}", "Internt"), _before("opened", "material internal")
    ),
    "materials.notice@handed_in": _materials("Inlämnat", "material handed in"),
    "materials.notice@opened": _materials("Öppnat", "material opened"),
    "materials.write@internal": Way(_describe, _before("opened", "material internal")),
    "materials.write@draft_for_comments": _shared("materials/{}/describe"),
    "materials.write@opened": Way(_describe, _cell("material opened")),
    "materials.comment@draft_for_comments": Way(
        _material_comment, lambda place, owner: owner == 0 and place.scene == "collect"
    ),
    "questions.read@draft": reads("question draft"),
    "questions.read@sent": reads("question sent"),
    "questions.notice@sent": Way(_told("questions", "Frågor från {}", "skicka"), _cell("question sent")),
    "questions.answer@sent": Way(_question("(?:answer|note)"), _cell("question sent")),
    "questions.read@answered": reads("question answered"),
    "questions.write@draft": Way(_writes_questions, _cell("question draft")),
    "questions.answer@answered": in_scenes(
        Way(_changes_answer, lambda place, owner: bool(_words_of(place, owner, "question answered"))),
        "answered",
    ),
    "joint_report.read@draft": in_scenes(reads("joint report", of_review=True), "joint", "joint_finished"),
    "joint_report.read@handed_over": in_scenes(reads("joint report", of_review=True), "joint_handed_over"),
    "joint_report.read@acknowledged": in_scenes(reads("joint report", of_review=True), "lead_reads_joint"),
    "joint_report.write@draft": in_scenes(
        Way(lambda b, owner: b.offers("report/joint", "report/joint"), of_review=True), "joint"
    ),
    "joint_report.notice@draft": _joint_told("Utkast"),
    "joint_report.notice@handed_over": _joint_told("Överlämnad", "joint_handed_over"),
    "joint_report.notice@acknowledged": _joint_told("Mottagen", "lead_reads_joint"),
    "report.read@draft": reads("report draft"),
    "report.read@presented": in_scenes(reads("report presented"), "presented", "cancelled", "final_report"),
    "report.read@handed_over": in_scenes(reads("report handed over"), "closing", "lead_reads_handed_over"),
    "report.read@acknowledged": in_scenes(reads("report handed over"), "evaluation", "follow_up", "closed"),
    "report.write@draft": Way(_of_text(), _cell("report draft")),
    "report.write@presented": Way(_of_text(), _cell("report after presenting")),
    "report.comment@presented": Way(_of_text("/comments"), _cell("report after presenting")),
    "report.notice@draft": Way(
        _told("report", "Rapporten från {}", "."),
        # Whoever may read it once it is handed over is told so, and not whether there is any yet.
        lambda place, owner: place.turned != "lead_reads_joint" and _cell("report draft")(place, owner),
    ),
    "report.notice@presented": _report("Presenterad", "report after presenting"),
    "report.notice@handed_over": in_scenes(_report("Överlämnad", "report handed over"), "closing"),
    "report.notice@acknowledged": in_scenes(
        _report("Mottagen", "report handed over"), "evaluation", "follow_up", "closed"
    ),
    "follow_up.read@open": Way(
        reads("follow-up").ask, lambda place, owner: owner > 0 and place.scene == "follow_up"
    ),
    "follow_up.read@submitted": Way(
        reads("follow-up").ask,
        lambda place, owner: place.scene == "closed" or (owner, place.scene) == (0, "follow_up"),
    ),
    "follow_up.write@open": Way(_findings, lambda place, owner: owner > 0 and place.scene == "follow_up"),
    "hours.read@open": Way(_hours, lambda place, owner: place.reached("collect")),
    "hours.write@open": Way(_own_hours, lambda place, owner: place.reached("collect")),
    "hours.notice@open": Way(
        lambda browsing, owner: "alla sidor tillsammans" in browsing.main("hours"),
        lambda place, owner: place.reached("collect"),
    ),
}
