"""The agreement by its offices: opening the form, saving, confirming, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from peerreview.services.agreement import agreement_page, edit_agreement
from peerreview.services.agreement.agreement_page import AgreementView
from peerreview.services.agreement.edit_agreement import Saved
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import looking
from peerreview.services.terms.agreement_terms import Typed, typed_of
from peerreview.store.mail.outbox import Outgoing

from .review_fixtures import Cast, agreement_fields


def page(house: House, cast: Cast, who: Account) -> AgreementView:
    return agreement_page.agreement(house, actor=who, review_id=cast.review_id, now=cast.now)


def form(house: House, cast: Cast, who: Account) -> agreement_page.EditView:
    return agreement_page.edit_form(house, actor=who, review_id=cast.review_id, now=cast.now)


def complete(house: House, cast: Cast, **changes: Any) -> Typed:
    """A whole agreement as it is typed, every wish a new row."""
    typed = typed_of(agreement_fields(house, cast))
    return replace(typed, wishes=tuple(replace(w, id="") for w in typed.wishes), **changes)


def save(
    house: House, cast: Cast, who: Account, typed: Typed, version: int = 0, confirmed: tuple[int, ...] = ()
) -> Saved:
    return edit_agreement.save_agreement(
        house,
        actor=who,
        review_id=cast.review_id,
        typed=typed,
        version=version,
        confirmed=confirmed,
        now=cast.now,
    )


def resave(house: House, cast: Cast, who: Account, **changes: Any) -> Saved:
    """Open the form, change something, save."""
    seen = form(house, cast, who)
    return save(house, cast, who, replace(seen.typed, **changes), seen.version, seen.confirmed)


def confirm(house: House, cast: Cast, party: int, version: int) -> bool:
    return edit_agreement.confirm_agreement(
        house, actor=cast.coordinator(party), review_id=cast.review_id, version=version, now=cast.now
    )


def fields(house: House, cast: Cast) -> dict[str, Any]:
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        return case.rows.agreements[-1].fields


def dates(typed: Typed, **changes: str) -> dict[str, str]:
    return {**typed.dates, **changes}


def mails(house: House) -> list[tuple[str, str]]:
    with house.db.read() as session:
        query = select(Outgoing.recipient, Outgoing.subject).where(Outgoing.kind == "agreement")
        return sorted((recipient, subject) for recipient, subject in session.execute(query))
