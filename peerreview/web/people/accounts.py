"""Getting in: log-in, log-out, the invitation's and the reset's link."""

from __future__ import annotations

from email.utils import format_datetime

from flask import (
    Blueprint,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from peerreview.errors import N_, Invalid, NotFound, TooMany
from peerreview.services.base.house import Account
from peerreview.services.login import devices, links, sessions
from peerreview.services.people import accounts, reset_password
from peerreview.services.people import prove_address as addresses

from ..frame import locale, proxies
from ..frame.request_context import house, tell
from ..frame.security import account_key, own_path, sign_in, sign_out

bp = Blueprint("accounts", __name__)

_YEAR = 365 * 24 * 3600


@bp.app_errorhandler(TooMany)
def too_many(error: TooMany) -> ResponseReturnValue:
    headers = {"Retry-After": format_datetime(error.until, usegmt=True)}
    asked = request.path.startswith("/reset")
    return render_template("web/accounts/too_many.html", until=error.until, asked=asked), 429, headers


@bp.errorhandler(links.DeadLink)
def dead_link(error: links.DeadLink) -> ResponseReturnValue:
    return render_template("web/accounts/dead_link.html", kind=error.kind, why=error.why), 410


@bp.get("/login")
def login() -> ResponseReturnValue:
    after = own_path(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(after or url_for("home.index"), 303)
    return _login_page(after)


@bp.post("/login")
def do_login() -> ResponseReturnValue:
    email, after = request.form.get("email", ""), own_path(request.form.get("next", ""))
    try:
        token = sessions.log_in(
            house(),
            email=email,
            password=request.form.get("password", ""),
            client=client(),
            device=device(),
            agent=_agent(),
            real_now=g.real_now,
        )
    except Invalid as error:
        return _login_page(after, email, error), 422
    sign_in(token)
    return _known_here(redirect(after or url_for("home.index"), 303))


def _login_page(after: str, email: str = "", error: Invalid | None = None) -> str:
    errors = error.errors if error else {}
    return render_template("web/accounts/login.html", next=after, email=email, errors=errors)


@bp.post("/logout")
@login_required
def logout() -> ResponseReturnValue:
    sessions.log_out(house(), actor=current_user.account, token=current_user.token, real_now=g.real_now)
    language = current_user.account.language
    locale.speak(language)
    sign_out()
    tell(N_("You have been logged out."))
    return redirect(url_for("accounts.login", lang=language), 303)


@bp.get("/session")
def session_state() -> ResponseReturnValue:
    """Who is logged in now, for a page that was opened before (static/unsaved.js): the account as its key, and the
    token that its forms need; {} where nobody is."""
    if not current_user.is_authenticated:
        return jsonify()
    return jsonify(account=account_key(), csrf=generate_csrf())


@bp.get("/invite/<token>")
def invite(token: str) -> ResponseReturnValue:
    """Looking changes nothing: the mail scanner that is first leaves the link usable."""
    view = links.look(house(), kind="invite", token=token, real_now=g.real_now)
    _speak(view.language)
    return _invite_page(view, view.name, view.language)


@bp.post("/invite/<token>")
def accept(token: str) -> ResponseReturnValue:
    view = links.look(house(), kind="invite", token=token, real_now=g.real_now)
    name, language = request.form.get("name", ""), request.form.get("language", "")
    _speak(language)
    try:
        started = accounts.accept_invitation(
            house(),
            token=token,
            name=name,
            language=language,
            password=request.form.get("password", ""),
            agent=_agent(),
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _invite_page(view, name, language, error), 422
    sign_in(started)
    tell(N_("Your account is ready. Next time you log in with your e-mail address and your password."))
    return _known_here(redirect(url_for("home.index"), 303))


def _invite_page(view: links.LinkView, name: str, language: str, error: Invalid | None = None) -> str:
    return render_template(
        "web/accounts/invite.html",
        view=view,
        name=name,
        chosen=language,
        least=house().settings.password_length,
        errors=error.errors if error else {},
    )


@bp.get("/reset")
def reset_request() -> ResponseReturnValue:
    return render_template("web/accounts/reset_request.html", email="", errors={})


@bp.post("/reset")
def do_reset_request() -> ResponseReturnValue:
    email = request.form.get("email", "")
    try:
        reset_password.ask_for_reset(
            house(), email=email, client=client(), device=device(), now=g.now, real_now=g.real_now
        )
    except Invalid as error:
        return render_template("web/accounts/reset_request.html", email=email, errors=error.errors), 422
    return redirect(url_for("accounts.reset_sent"), 303)


@bp.get("/reset/sent")
def reset_sent() -> ResponseReturnValue:
    """The same for everybody: who has an account is nobody's business."""
    settings = house().settings
    return render_template("web/accounts/reset_sent.html", hours=settings.reset_hours)


@bp.get("/reset/<token>")
def reset(token: str) -> ResponseReturnValue:
    view = links.look(house(), kind="reset", token=token, real_now=g.real_now)
    _speak(view.language)
    return _reset_page(view)


@bp.post("/reset/<token>")
def do_reset(token: str) -> ResponseReturnValue:
    view = links.look(house(), kind="reset", token=token, real_now=g.real_now)
    _speak(view.language)
    password = request.form.get("password", "")
    try:
        person_id = reset_password.reset_password(
            house(), token=token, password=password, client=client(), now=g.now, real_now=g.real_now
        )
    except Invalid as error:
        return _reset_page(view, error), 422
    sign_out()
    tell(N_("Your new password is saved. Log in with it."))
    return _known_here(redirect(url_for("accounts.login"), 303), person_id)


def _reset_page(view: links.LinkView, error: Invalid | None = None) -> str:
    least = house().settings.password_length
    errors = error.errors if error else {}
    return render_template("web/accounts/reset.html", view=view, least=least, errors=errors)


# ---- another address


@bp.get("/address/<token>")
def prove_address(token: str) -> ResponseReturnValue:
    view = addresses.look_at_proof(house(), token=token, actor=_actor(), real_now=g.real_now)
    _speak(view.language)
    return render_template("web/accounts/address.html", view=view, errors={})


@bp.post("/address/<token>")
def do_prove_address(token: str) -> ResponseReturnValue:
    view = addresses.look_at_proof(house(), token=token, actor=_actor(), real_now=g.real_now)
    _speak(view.language)
    try:
        email = addresses.prove(
            house(),
            token=token,
            actor=_actor(),
            password=request.form.get("password", ""),
            client=client(),
            device=device(),
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return render_template("web/accounts/address.html", view=view, errors=error.errors), 422
    tell(N_("The address %(email)s is confirmed. You log in with it, and your mail goes there.", email=email))
    return redirect(url_for("me.index" if view.mine else "accounts.login"), 303)


@bp.get("/address/stop/<token>")
def stop_address(token: str) -> ResponseReturnValue:
    view = addresses.look_at_objection(house(), token=token, real_now=g.real_now)
    _speak(view.language)
    return render_template("web/accounts/stop_address.html", view=view)


@bp.post("/address/stop/<token>")
def do_stop_address(token: str) -> ResponseReturnValue:
    view = addresses.look_at_objection(house(), token=token, real_now=g.real_now)
    _speak(view.language)
    new_link = addresses.object_to(house(), token=token, now=g.now, real_now=g.real_now)
    if not new_link:
        tell(N_("The change is stopped. The address %(email)s still counts.", email=view.old))
        return redirect(url_for("accounts.login"), 303)
    sign_out()
    tell(
        N_(
            "The address %(email)s counts, and everybody is logged out. Choose a new password now.",
            email=view.old,
        )
    )
    return redirect(url_for("accounts.reset", token=new_link), 303)


@bp.errorhandler(NotFound)
def unknown_link(error: NotFound) -> ResponseReturnValue:
    """An address that was cut off in the mail, most often."""
    kind = request.path.split("/")[1]
    return render_template("web/accounts/dead_link.html", kind=kind, why="unknown"), 404


def _speak(language: str) -> None:
    """In the language of the link's owner, unless the reader has just asked for another."""
    asked = request.args.get("lang") in locale.LANGUAGES or current_user.is_authenticated
    if language in locale.LANGUAGES and not asked:
        locale.speak(language)


def _actor() -> Account | None:
    return current_user.account if current_user.is_authenticated else None


def client() -> str:
    """Where a try comes from; "" where that cannot be known (see web.frame.proxies)."""
    return proxies.client()


def device() -> str:
    return request.cookies.get(_cookie(), "")


def _cookie() -> str:
    return "__Host-known" if current_app.config["SESSION_COOKIE_SECURE"] else "known"


def _known_here(answer: BaseResponse, person_id: int | None = None) -> ResponseReturnValue:
    """Let the browser keep that it has been logged in to this account."""
    person_id = person_id or current_user.account.person_id
    made = make_response(answer)
    made.set_cookie(
        _cookie(),
        devices.remember(house().settings.secret_key, device(), person_id),
        max_age=_YEAR,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return made


def _agent() -> str:
    return request.user_agent.string
