"""The lead's register of organisations."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message
from peerreview.services.base.checks import searchable
from peerreview.services.organisations import edit_organisations as service
from peerreview.services.organisations import organisations_page, self_assessments
from peerreview.services.organisations.edit_organisations import OrganisationForm
from peerreview.services.organisations.organisations_page import OrganisationView
from peerreview.services.organisations.self_assessments import AssessmentForm
from peerreview.services.register import register_pages

from ..frame.request_context import house, tell
from .people import bp


@bp.get("/organisations")
@login_required
def organisations() -> ResponseReturnValue:
    search = searchable(request.args.get("search", ""))
    rows = organisations_page.organisations(house(), actor=current_user.account, search=search)
    return render_template("web/people/organisations.html", rows=rows, search=search)


@bp.get("/organisations/new")
@login_required
def new_organisation() -> ResponseReturnValue:
    service.may_keep(actor=current_user.account)
    return _page(OrganisationForm())


@bp.post("/organisations/new")
@login_required
def create_organisation() -> ResponseReturnValue:
    form = _typed()
    try:
        made = service.create_organisation(
            house(), actor=current_user.account, form=form, now=g.now, real_now=g.real_now
        )
    except Invalid as error:
        return _page(form, errors=error.errors), 422
    tell(N_("%(name)s is added.", name=form.name.strip()))
    return redirect(url_for("people.organisation", organisation_id=made), 303)


@bp.get("/organisations/<int:organisation_id>")
@login_required
def organisation(organisation_id: int) -> ResponseReturnValue:
    view = _view(organisation_id)
    return _page(_as_typed(view), view)


@bp.post("/organisations/<int:organisation_id>")
@login_required
def change_organisation(organisation_id: int) -> ResponseReturnValue:
    form = _typed()
    try:
        service.change_organisation(
            house(),
            actor=current_user.account,
            organisation_id=organisation_id,
            form=form,
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _page(form, _view(organisation_id), error.errors), 422
    tell(N_("What you changed is saved."))
    return redirect(url_for("people.organisation", organisation_id=organisation_id), 303)


@bp.get("/organisations/<int:organisation_id>/history")
@login_required
def organisation_history(organisation_id: int) -> ResponseReturnValue:
    view = register_pages.history_of_organisation(
        house(),
        actor=current_user.account,
        organisation_id=organisation_id,
        page=request.args.get("page", 1, int),
    )
    return render_template("web/people/history.html", view=view, organisation_id=organisation_id)


@bp.get("/organisations/<int:organisation_id>/results/new")
@bp.get("/organisations/<int:organisation_id>/results/<int:number>")
@login_required
def results_form(organisation_id: int, number: int | None = None) -> ResponseReturnValue:
    return _results_page(organisation_id, number)


@bp.post("/organisations/<int:organisation_id>/results/new")
@bp.post("/organisations/<int:organisation_id>/results/<int:number>")
@login_required
def save_results(organisation_id: int, number: int | None = None) -> ResponseReturnValue:
    form = AssessmentForm(
        instrument=request.form.get("instrument", ""),
        year=request.form.get("year", ""),
        numbers=_by_area("value_"),
        notes=_by_area("note_"),
    )
    about = {"actor": current_user.account, "organisation_id": organisation_id, "number": number}
    try:
        self_assessments.save(house(), form=form, now=g.now, real_now=g.real_now, **about)
    except Invalid as error:
        return _results_page(organisation_id, number, form, error.errors), 422
    tell(N_("The results are saved."))
    return redirect(_results_of(organisation_id), 303)


@bp.post("/organisations/<int:organisation_id>/results/<int:number>/remove")
@login_required
def remove_results(organisation_id: int, number: int) -> ResponseReturnValue:
    self_assessments.remove(
        house(),
        actor=current_user.account,
        organisation_id=organisation_id,
        number=number,
        real_now=g.real_now,
    )
    tell(N_("The results are taken away."))
    return redirect(_results_of(organisation_id), 303)


def _results_of(organisation_id: int) -> str:
    return url_for("people.organisation", organisation_id=organisation_id, _anchor="results-title")


def _by_area(start: str) -> dict[str, str]:
    return {name.removeprefix(start): text for name, text in request.form.items() if name.startswith(start)}


def _results_page(
    organisation_id: int,
    number: int | None,
    form: AssessmentForm | None = None,
    errors: Mapping[str, Message] | None = None,
) -> str:
    view = self_assessments.page(
        house(), actor=current_user.account, organisation_id=organisation_id, number=number
    )
    return render_template(
        "web/people/results.html", view=view, number=number, form=form or view.form, errors=errors or {}
    )


def _view(organisation_id: int) -> OrganisationView:
    return organisations_page.organisation(
        house(), actor=current_user.account, organisation_id=organisation_id
    )


def _page(
    form: OrganisationForm, view: OrganisationView | None = None, errors: Mapping[str, Message] | None = None
) -> str:
    return render_template("web/people/organisation.html", form=form, view=view, errors=errors or {})


def _typed() -> OrganisationForm:
    get = request.form.get
    return OrganisationForm(
        name=get("name", ""),
        code=get("code", ""),
        healthcare_region=get("healthcare_region", ""),
        population=get("population", ""),
        hospitals=get("hospitals", ""),
        university_hospital=get("university_hospital") == "yes",
        attributes=get("attributes", ""),
        reviewed=get("reviewed", ""),
    )


def _as_typed(view: OrganisationView) -> OrganisationForm:
    return OrganisationForm(
        name=view.name,
        code=view.code,
        healthcare_region=view.healthcare_region,
        population="" if view.population is None else str(view.population),
        hospitals="" if view.hospitals is None else str(view.hospitals),
        university_hospital=view.university_hospital,
        attributes=view.attributes,
        reviewed=view.reviewed,
    )
