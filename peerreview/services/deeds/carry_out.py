"""What each kind's effects do to its rows. The engine has decided; here it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...engine.running.moves import Done
from ...errors import N_, Conflict, Refused
from ...store.artefacts import agreements, evaluations, materials, questions, reports
from ...store.artefacts.agreements import Confirmation
from ...store.case.case_rows import SHARED
from ..case.opening import OpenCase
from ..terms.agreed_days import fields_now
from ..terms.agreement_versions import passed_dates
from . import write_conflict


def carry_out(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    """Carry out one effect; `data` is what the action's form brought (a declaration, a version)."""
    kind = case.artefact(done.artefact).kind.name
    _EFFECTS[(kind, done.effect)](case, done, data)


def _stamp(case: OpenCase) -> dict[str, Any]:
    return {"at": case.now.isoformat(), "by": case.account.person_id if case.account else None}


def _answer(state: str) -> Callable[[OpenCase, Done, Mapping[str, Any]], None]:
    def answer(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
        kept = {"reason": data["reason"]} if "reason" in data else {}
        if "conflict" in data:
            # That there is one; why is told to the lead alone.
            kept["conflict"] = bool(data["conflict"])
        case.set_state(done.artefact, done.owner, state, **kept, answered=_stamp(case))
        if "conflict" in data:
            write_conflict.of_answer(case, done.owner, data["conflict"])

    return answer


def _state(state: str) -> Callable[[OpenCase, Done, Mapping[str, Any]], None]:
    def put(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
        case.set_state(done.artefact, done.owner, state, **{state: _stamp(case)})

    return put


# ---- agreement


def _confirm_agreement(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    """A confirmation is of a version (engine.md 15): another than the one that was shown is a Conflict."""
    newest = case.rows.agreements[-1]
    if data.get("version") not in (None, newest.version):
        raise Conflict(
            N_("the agreement has changed since you read it; read the new version and confirm that")
        )
    assert done.owner is not None
    assert case.account is not None
    if done.owner not in case.rows.confirmed[newest.id]:
        if fault := passed_dates(case, newest):
            raise Refused(fault)
        case.session.add(
            Confirmation(agreement_id=newest.id, party=done.owner, at=case.now, by=case.account.person_id)
        )
        case.rows.confirmed[newest.id].add(done.owner)
    if set(case.standing.taking_part) <= case.rows.confirmed[newest.id]:
        case.set_state(done.artefact, None, "confirmed", version=newest.version, confirmed=_stamp(case))


def _reopen_agreement(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    """Going back voids the confirmations: the same text, its days as they are now, as a new version that nobody has
    confirmed yet."""
    newest = case.rows.agreements[-1]
    if not case.rows.confirmed[newest.id]:
        return
    by = case.account.person_id if case.account else newest.created_by
    fields = fields_now(case, newest)
    again = agreements.add(case.session, case.review.id, newest.version + 1, fields, at=case.now, by=by)
    case.rows.agreements.append(again)
    case.set_state(done.artefact, None, "draft")


# ---- documents


def _hand_in(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    """The set is handed in; what comes after the set was opened opens at once (engine.md 19)."""
    party = done.owner or 0
    opened = case.data(done.artefact, party).get("opened_at")
    materials.hand_in(case.session, case.review.id, done.artefact, party)
    case.set_state(done.artefact, party, "opened" if opened else "handed_in", handed_in=_stamp(case))
    if opened:
        _open_rows(case, done.artefact, party)


def _take_back(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    party = done.owner or 0
    materials.take_back(case.session, case.review.id, done.artefact, party)
    case.set_state(done.artefact, party, "internal", taken_back=_stamp(case))


def _open(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    party = done.owner or 0
    case.set_state(done.artefact, party, "opened", opened_at=case.now.isoformat())
    _open_rows(case, done.artefact, party)


def _open_rows(case: OpenCase, artefact: str, party: int) -> None:
    receivers = case.standing.related(case.artefact(artefact).concerns or "others", party)
    to = receivers[0] if receivers else None
    for material, version in materials.open_set(case.session, case.review.id, artefact, party, to, case.now):
        case.note(
            "opened",
            artefact=artefact,
            about_party=party,
            state="opened",
            data={"material": material.id, "version": version.number, "sha256": version.sha256, "to": to},
        )


# ---- questions, texts, forms, meetings


def _send(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    questions.send_drafts(case.session, case.review.id, done.artefact, done.owner or 0, case.now)
    case.set_state(done.artefact, done.owner, "sent", sent=_stamp(case))


def _milestone(state: str) -> Callable[[OpenCase, Done, Mapping[str, Any]], None]:
    def reach(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
        slot = SHARED if done.owner is None else done.owner
        version = reports.mark(case.session, case.review.id, done.artefact, slot, state)
        number = version.number if version else 0
        case.set_state(done.artefact, done.owner, state, **{state: {**_stamp(case), "version": number}})

    return reach


def _present(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    """A draft is shown: the own one as it stands, another side's in the version that it has marked as ready."""
    slot = SHARED if done.owner is None else done.owner
    marked = case.data(done.artefact, done.owner).get("marked", {}).get("version")
    number = marked if done.owner != data.get("acting") else None
    version = reports.mark(case.session, case.review.id, done.artefact, slot, "presented", number)
    stamp = {**_stamp(case), "version": version.number if version else 0}
    case.set_state(done.artefact, done.owner, "presented", presented=stamp)


def _acknowledge(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    """Receipt of a text. Of a party's text: by the side concerned; of a shared one: by each side for itself."""
    shared = case.artefact(done.artefact).per == "review"
    owner = None if shared else done.owner
    who = done.owner if shared else case.own_party()
    given = {**case.data(done.artefact, owner).get("acknowledged", {}), str(who): _stamp(case)}
    complete = not shared or {str(p) for p in case.standing.taking_part} <= set(given)
    case.set_state(done.artefact, owner, "acknowledged" if complete else None, acknowledged=given)


def _submit(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    if case.artefact(done.artefact).per == "person":
        evaluations.submit(case.session, case.review.id, done.artefact, done.owner, case.now)
        return
    case.set_state(done.artefact, done.owner, "submitted", submitted=_stamp(case))


def _reopen_form(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    if case.artefact(done.artefact).per == "person":
        evaluations.submit(case.session, case.review.id, done.artefact, done.owner, None)
        return
    case.set_state(done.artefact, done.owner, "open")


def _hold(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    case.set_state(done.artefact, done.owner, "held", held=_stamp(case))


def _reopen_meeting(case: OpenCase, done: Done, data: Mapping[str, Any]) -> None:
    case.set_state(
        done.artefact,
        done.owner,
        "planned" if case.data(done.artefact, done.owner).get("date") else "unplanned",
    )


_EFFECTS: Mapping[tuple[str, str], Callable[[OpenCase, Done, Mapping[str, Any]], None]] = {
    ("decision", "accept"): _answer("accepted"),
    ("decision", "decline"): _answer("declined"),
    ("decision", "reopen"): _state("open"),
    ("team", "confirm"): _state("confirmed"),
    ("team", "reopen"): _state("open"),
    ("agreement", "confirm"): _confirm_agreement,
    ("agreement", "reopen"): _reopen_agreement,
    ("documents", "hand_in"): _hand_in,
    ("documents", "take_back"): _take_back,
    ("documents", "open"): _open,
    ("questions", "send"): _send,
    ("questions", "reopen"): _state("draft"),
    ("text", "present"): _present,
    ("text", "hand_over"): _milestone("handed_over"),
    ("text", "acknowledge"): _acknowledge,
    ("form", "submit"): _submit,
    ("form", "reopen"): _reopen_form,
    ("meeting", "hold"): _hold,
    ("meeting", "reopen"): _reopen_meeting,
    ("letter", "send"): _milestone("sent"),
    ("interest", "say"): _state("interested"),
    ("interest", "decline"): _state("declined"),
    ("interest", "reopen"): _state("open"),
    ("dialogue", "hold"): _hold,
    ("dialogue", "reopen"): _state("open"),
}
