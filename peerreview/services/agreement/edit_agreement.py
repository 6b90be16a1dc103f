"""Writing and confirming the agreement, each as one transaction.

A save says which version it started from. Where somebody has saved another since, both changes are put
together; what both have changed differently comes back to whoever was second, with both values (Clash).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ...engine.language.definition import RoleRef
from ...engine.running.case import Scope
from ...engine.running.moves import Done
from ...engine.turns.whose_turn import recipients
from ...errors import N_, Conflict, Invalid, Message, NotFound, Refused
from ...store.artefacts import agreements as store
from ...store.review.rows import AgreementRow
from ..base.house import Account, House
from ..case.facts import in_force
from ..case.opening import OpenCase
from ..deeds import carry_out
from ..deeds.change import changing, fire
from ..mail.tell import tell_seats
from ..terms import agreement_terms
from ..terms.agreed_days import fields_now
from ..terms.agreement_terms import Rules, Typed
from ..terms.agreement_versions import agreement_key, may_decline, newest_of, pending_of
from ..turns import wording
from .agreement_page import confirming, gaps_of, locked, numbered_version
from .compare_versions import Change, changed_paths, changes, merged


@dataclass(frozen=True)
class Saved:
    """What a save left. `changed`: False where it said nothing new; `joined`: whose change it was put together with."""

    version: int
    changed: bool
    joined: str = ""


class Clash(Conflict):
    """Somebody was first. `typed`: the form to go on with, both changes put together and mine where both changed
    the same; `version`, `confirmed`: what the next save must carry; `differ`: theirs and mine, in words."""

    def __init__(
        self,
        reason: Message,
        *,
        typed: Typed,
        newest: AgreementRow,
        confirmed: tuple[int, ...],
        differ: tuple[Change, ...] = (),
        errors: Mapping[str, Message] | None = None,
    ):
        super().__init__(reason)
        self.typed, self.version, self.confirmed = typed, newest.version, confirmed
        self.differ, self.errors = differ, dict(errors or {})


def save_agreement(
    house: House,
    *,
    actor: Account,
    review_id: int,
    typed: Typed,
    version: int,
    confirmed: tuple[int, ...],
    now: datetime,
) -> Saved:
    """Save what was typed as a new version. `version`, `confirmed`: the newest version, and the sides that had
    confirmed it, as the form showed them. Raises Refused, Invalid (every field), Clash."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        key = agreement_key(case)
        case.require(key, "write")
        newest, base = newest_of(case), numbered_version(case, version)
        began = fields_now(case, base) if base else {}
        rules = rules_of(case, key)
        mine = agreement_terms.fields_of(typed, rules, [wish["id"] for wish in began.get("wishes", [])])
        joined = ""
        if newest is not None and newest is not base:
            mine, joined = _joined(case, newest, began, mine, rules, typed.meant)
        if newest is not None and not changed_paths(fields_now(case, newest), mine):
            return Saved(newest.version, changed=False)
        _mind_confirmations(case, newest, confirmed, mine)
        added = add_version(case, key, mine)
        return Saved(added.version, changed=True, joined=joined)


def drop_proposal(house: House, *, actor: Account, review_id: int, version: int, now: datetime) -> None:
    """Take the proposal back: what is in force goes on, as the newest version again."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        key = agreement_key(case)
        case.require(key, "write")
        newest, force = newest_of(case), in_force(case.rows, case.standing)
        if newest is None or force is None or pending_of(case) is None:
            raise Refused(N_("There is no proposal to take back."))
        if may_decline(case, key):
            raise Refused(N_("The proposal is another side's: decline it, and say why."))
        if newest.version != version:
            raise Conflict(N_("The proposal has been changed since you read it. Read it again first."))
        add_version(case, key, fields_now(case, force))


def confirm_agreement(house: House, *, actor: Account, review_id: int, version: int, now: datetime) -> bool:
    """The actor's side says yes to the version it has read. True where it is in force by that.

    Raises Conflict where there is a newer version, Refused with what keeps from confirming."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        key = agreement_key(case)
        case.require(key, "read")
        newest, before = newest_of(case), in_force(case.rows, case.standing)
        if newest is None or numbered_version(case, version) is None:
            raise NotFound(f"version {version}")
        if newest.version != version:
            raise Conflict(
                N_("The agreement has been changed since you read it. Read the new version and confirm that.")
            )
        case.require(key, "confirm")
        own = case.own_party()
        if own is not None and own in case.rows.confirmed[newest.id]:
            return before is newest
        _confirm(case, key, own, version)
        in_force_now = set(case.standing.taking_part) <= case.rows.confirmed[newest.id]
        if in_force_now and before is not None:
            tell_amended(case)
        return in_force_now


def _confirm(case: OpenCase, key: str, own: int | None, version: int) -> None:
    """By the definition's action while its step is under way; later, as the same effect beside it."""
    what = confirming(case, key)
    if what is not None:
        fire(case, what, data={"version": version})
        return
    newest = newest_of(case)
    assert newest is not None
    if gaps_of(case, newest):
        raise Refused(N_("Something is missing in the agreement. Fill it in first."))
    carry_out.carry_out(case, Done(key, "confirm", own), {"version": version})
    case.note(
        "amendment_confirmed", artefact=key, party=own, state=case.state(key), data={"version": version}
    )


# ---- saving


def rules_of(case: OpenCase, key: str) -> Rules:
    """What a new version is checked against."""
    force = in_force(case.rows, case.standing)
    calendar = case.house.calendar
    return Rules(
        calendar=calendar,
        today=calendar.day(case.now),
        parties=case.standing.taking_part,
        force=fields_now(case, force) if force else {},
        locked=locked(case, key),
        fuzzy=case.artefact(key).fuzzy,
        known=_known(case),
    )


def _known(case: OpenCase) -> Mapping[str, str]:
    newest = newest_of(case)
    if newest is None:
        return {}
    fields = fields_now(case, newest)
    periods = {name: fields[name] for name in ("period_from", "period_to") if fields.get(name)}
    return {**periods, **fields.get("dates", {})}


def _joined(
    case: OpenCase,
    newest: AgreementRow,
    began: Mapping[str, Any],
    mine: dict[str, Any],
    rules: Rules,
    meant: str,
) -> tuple[dict[str, Any], str]:
    """My change and the one that was saved meanwhile, put together; and whose that was."""
    theirs = fields_now(case, newest)
    both, clashes = merged(began, mine, theirs)
    writer = store.writers(case.session, case.review.id).get(newest.version, "")
    reason = N_(
        "%(name)s has saved another version since you began. Nothing of yours is lost: look through both.",
        name=writer,
    )
    confirmed = tuple(sorted(case.rows.confirmed[newest.id]))
    typed = replace(agreement_terms.typed_of(both), meant=meant)
    if clashes:
        differ = changes(theirs, both, case.names, only=clashes)
        raise Clash(reason, typed=typed, newest=newest, confirmed=confirmed, differ=differ)
    try:
        agreement_terms.fields_of(typed, rules, [wish["id"] for wish in both["wishes"]])
    except Invalid as error:
        differ = changes(theirs, both, case.names)
        raise Clash(
            reason, typed=typed, newest=newest, confirmed=confirmed, differ=differ, errors=error.errors
        ) from error
    return both, writer


def _mind_confirmations(
    case: OpenCase, newest: AgreementRow | None, seen: tuple[int, ...], mine: Mapping[str, Any]
) -> None:
    """Nobody makes a confirmation void that they have not been told of."""
    if newest is None:
        return
    confirmed = case.rows.confirmed[newest.id]
    unseen = sorted(confirmed - set(seen))
    if unseen:
        reason = N_(
            "%(parties)s has confirmed version %(version)s since you began. "
            "If you save, that is void and all confirm anew.",
            parties=tuple(case.names[party] for party in unseen),
            version=newest.version,
        )
        raise Clash(
            reason, typed=agreement_terms.typed_of(mine), newest=newest, confirmed=tuple(sorted(confirmed))
        )


def add_version(
    case: OpenCase, key: str, fields: Mapping[str, Any], *, deed: str = "", reason: str | None = None
) -> AgreementRow:
    """A new version; where it says what is in force again, what was confirmed stays confirmed. Those who had confirmed
    another are told. `deed`, `reason`: what the history says of it, and what then tells of it itself."""
    assert case.account is not None
    newest, force = newest_of(case), in_force(case.rows, case.standing)
    back = (
        force is not None
        and case.state(key) == "confirmed"
        and not changed_paths(fields_now(case, force), fields)
    )
    taken = [wish["id"] for version in case.rows.agreements for wish in version.fields.get("wishes", [])]
    added = store.add(
        case.session,
        case.review.id,
        newest.version + 1 if newest else 1,
        agreement_terms.numbered(fields, taken),
        at=case.now,
        by=case.account.person_id,
    )
    paths = changed_paths(fields_now(case, newest) if newest else {}, added.fields)
    case.note(
        deed or ("agreement_taken_back" if back else "agreement_saved"),
        text=reason,
        artefact=key,
        state=case.state(key),
        data={"version": added.version, "changed": list(paths)},
    )
    if back:
        assert force is not None
        store.carry_over(case.session, force, added)
    elif newest is not None and not deed:
        _tell_void(case, newest, proposal=newest is force)
    return added


# ---- telling


def _tell_void(case: OpenCase, newest: AgreementRow, *, proposal: bool) -> None:
    """To the coordinators of the sides that had confirmed: what they said yes to is no longer the newest."""
    parties = case.rows.confirmed[newest.id]
    review = wording.title_of(case)
    if proposal:
        subject = N_("A change of the agreement is proposed – %(review)s", review=review)
        ask = N_("What is in force applies until all sides have confirmed the change.")
    else:
        subject = N_("The agreement has been changed – %(review)s", review=review)
        ask = N_("You had confirmed the version before. Read the new one and confirm that, if you agree.")
    tell(case, ("coordinator",), subject, ask, N_("Read and confirm"), parties)


def tell_amended(case: OpenCase) -> None:
    review = wording.title_of(case)
    subject = N_("The agreement has been changed – %(review)s", review=review)
    ask = N_("All sides have confirmed the change. From now on the new list and the new dates apply.")
    tell(case, ("coordinator", "member", "lead"), subject, ask, N_("Read the agreement"), None)


def tell(
    case: OpenCase,
    roles: tuple[str, ...],
    subject: Message,
    ask: Message,
    button: Message,
    parties: set[int] | None,
) -> None:
    """A mail to those with these roles, in `parties` (None: all; -1: the lead), but not to the one who acts."""
    refs = tuple(RoleRef("own", role) for role in roles if role in case.workflow.roles)
    seats = [s for s in recipients(case.case, refs, Scope()) if parties is None or s.party in parties]
    link = f"/reviews/{case.review.id}/agreement"
    tell_seats(case, seats, kind="agreement", subject=subject, asks=(ask,), link=link, button=button)
