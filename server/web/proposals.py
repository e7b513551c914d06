"""What two persons decide: what waits, one proposal with all it would change, the answer."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.domain.access import Permission, permits
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.proposals import TITLES, ProposalKind
from server.domain.texts import _
from server.http.access import requires
from server.http.problems import status_of
from server.http.site import acting, actor, reading
from server.queries import organisation
from server.services.context import Context
from server.services.identity import people_imports, proposal_lists, proposals
from server.services.identity.people_plans import Plan
from server.services.identity.proposal_lists import Listed
from server.services.starts.stated import level_title
from server.web.fragments import render

pages = Blueprint("proposals", __name__)

_Answer = AnyResponse | str | tuple[str, int]


@pages.get("/admin/proposals")
@requires(Permission.ACCOUNT)
def index() -> str:
    with reading() as ctx:
        waiting = proposal_lists.waiting(ctx)
        decided = proposal_lists.decided(ctx)
    if not waiting and not permits(actor(), Permission.SECURITY_ADMINISTER):
        raise NotFound
    return render("organisation/proposals.html", waiting=waiting, decided=decided, titles=TITLES)


@pages.get("/admin/proposals/<proposal_id>")
@requires(Permission.ACCOUNT, fresh=True)
def one(proposal_id: str) -> str:
    return _page(proposal_id)


@pages.post("/admin/proposals/<proposal_id>/approve")
@requires(Permission.ACCOUNT, fresh=True)
def approve(proposal_id: str) -> _Answer:
    try:
        with reading() as ctx:
            supply = proposals.firsts(ctx, proposal_id)
        with acting() as ctx:
            done = proposals.approve(ctx, proposal_id, supply)
    except (Conflict, Forbidden, Invalid) as refused:
        return _page(proposal_id, refused), status_of(refused)
    if done.first_secret is None and not done.first_secrets:
        flash(_("已经批准，即时生效"), "green")
        return redirect(url_for(".index"), 303)
    # the passwords are told in this one answer and nowhere else
    with reading() as ctx:
        listed = proposal_lists.one(ctx, proposal_id)
    return render("organisation/secrets.html", done=done, proposal=listed)


@pages.post("/admin/proposals/<proposal_id>/refuse")
@requires(Permission.ACCOUNT, fresh=True)
def refuse(proposal_id: str) -> _Answer:
    try:
        with acting() as ctx:
            proposals.refuse(ctx, proposal_id, request.form.get("answer", ""))
    except (Conflict, Forbidden, Invalid) as refused:
        return _page(proposal_id, refused), status_of(refused)
    flash(_("已经退回，不作任何改变"))
    return redirect(url_for(".index"), 303)


@pages.post("/admin/proposals/<proposal_id>/withdraw")
@requires(Permission.ACCOUNT)
def withdraw(proposal_id: str) -> AnyResponse:
    with acting() as ctx:
        proposals.withdraw(ctx, proposal_id)
    flash(_("已经撤回"))
    return redirect(url_for(".index"), 303)


@pages.post("/admin/proposals/<proposal_id>/take-up")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def take_up(proposal_id: str) -> AnyResponse:
    with acting() as ctx:
        proposals.take_up(ctx, proposal_id)
    flash(_("已经核实提出，由另一人批准"), "green")
    return redirect(url_for(".one", proposal_id=proposal_id), 303)


def _page(proposal_id: str, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        listed = proposal_lists.one(ctx, proposal_id)
        plan, hindrance = _plan(ctx, listed)
        names = _names(ctx, plan) if plan else {}
    return render(
        "organisation/proposal.html",
        proposal=listed,
        titles=TITLES,
        plan=plan,
        hindrance=hindrance,
        names=names,
        message=refused.message if refused else "",
        level_title=level_title,
    )


def _plan(ctx: Context, listed: Listed) -> tuple[Plan | None, str]:
    """What a waiting table would change as things are now, or why it cannot any more."""
    if listed.kind is not ProposalKind.PEOPLE_IMPORT or listed.state != "proposed":
        return None, ""
    try:
        return people_imports.planned(ctx, listed.payload), ""
    except (Conflict, Forbidden) as error:
        return None, error.message


def _names(ctx: Context, plan: Plan) -> dict[str, str]:
    """What people call the logins and units of a plan, those it creates included."""
    posts = (*plan.new_posts, *plan.ended_posts)
    keys = {post.unit for post in posts} | {unit.parent for unit in plan.new_units}
    return {
        **organisation.names_of(ctx.session, plan.logins, keys),
        **{person.login: person.name for person in plan.new_people},
        **{unit.key: unit.name for unit in plan.new_units},
    }
