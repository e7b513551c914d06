"""组织: units, people and their accounts, for the security administrator; changes are proposals."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.proposals import ProposalKind
from server.domain.texts import _
from server.http.access import requires
from server.http.downloads import as_workbook
from server.http.problems import status_of
from server.http.site import acting, reading
from server.queries import operations, organisation
from server.services.identity import people, people_imports, people_sheets, proposals
from server.services.starts.stated import level_title
from server.web.fragments import render

pages = Blueprint("organisation", __name__)


#: fields of each kind of proposal about a person: those of its payload
_FIELDS: Mapping[ProposalKind, tuple[str, ...]] = {
    ProposalKind.POST: ("title", "from_on", "is_head", "is_main"),
    ProposalKind.END_POST: ("post_id", "to_on"),
    ProposalKind.DISABLE: (),
    ProposalKind.ENABLE: (),
    ProposalKind.RESET_SECRET: (),
}
_FLAGS = ("is_head", "is_main")
_ASKED = (*_FIELDS[ProposalKind.POST], *_FIELDS[ProposalKind.END_POST], "unit_id", "reason")
_NEW_PERSON = ("login", "name", "managed_by", *_FIELDS[ProposalKind.POST])

_Answer = AnyResponse | str | tuple[str, int]


@pages.get("/organisation")
@requires(Permission.SECURITY_ADMINISTER)
def index() -> str:
    typed = request.args.get("q", "")[:100]
    with reading() as ctx:
        places = organisation.localities(ctx.session)
        own = people.own_unit(ctx, ctx.actor.person_id, ctx.today)
        region = request.args.get("region") or (own.region if own else "")
        units = organisation.units_of(ctx.session, region, ctx.today)
        found = organisation.people_found(ctx.session, typed, ctx.today)
        kinds = people_sheets.kinds(ctx)
        broken = operations.broken_chains(ctx.session)
    return render(
        "organisation/index.html",
        broken=broken,
        places=places,
        region=region,
        units=units,
        found=found,
        typed=typed,
        kinds=kinds,
        level_title=level_title,
    )


@pages.get("/organisation/units/<unit_id>")
@requires(Permission.SECURITY_ADMINISTER)
def unit(unit_id: str) -> str:
    with reading() as ctx:
        found = organisation.unit(ctx.session, unit_id)
        kinds = people_sheets.kinds(ctx)
    return render("organisation/unit.html", unit=found, kinds=kinds, level_title=level_title)


@pages.get("/organisation/people/<person_id>")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def person(person_id: str) -> str:
    return _person_page(person_id)


@pages.post("/organisation/people/<person_id>")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def propose(person_id: str) -> _Answer:
    kind = _kind(request.form.get("kind", ""))
    try:
        with acting() as ctx:
            proposal = proposals.propose(
                ctx,
                kind,
                reason=request.form.get("reason", ""),
                person_id=person_id,
                unit_id=request.form.get("unit_id") or None,
                payload=_payload(_FIELDS[kind]),
            )
    except (Invalid, Conflict, Forbidden) as refused:
        return _person_page(person_id, kind, refused), status_of(refused)
    return _proposed(proposal)


@pages.get("/organisation/people/new")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def new_person() -> str:
    return _new_page(request.args.to_dict())


@pages.post("/organisation/people/new")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def propose_new() -> _Answer:
    unit_id = request.form.get("unit_id") or None
    try:
        with acting() as ctx:
            proposal = proposals.propose(
                ctx,
                ProposalKind.NEW_PERSON,
                reason=request.form.get("reason", ""),
                unit_id=unit_id,
                payload=_payload(_NEW_PERSON if unit_id else _NEW_PERSON[:3]),
            )
    except (Invalid, Conflict, Forbidden) as refused:
        return _new_page(request.form.to_dict(), refused), status_of(refused)
    return _proposed(proposal)


@pages.get("/organisation/import")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def table() -> str:
    return render("organisation/import.html", findings=(), message="", reason="")


@pages.post("/organisation/import")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def propose_table() -> _Answer:
    sent = request.files.get("file")
    name = (sent.filename or "")[:100] if sent else ""
    content = sent.read() if sent else b""
    try:
        with acting() as ctx:
            checked = people_imports.check(ctx, content)
            proposal = proposals.propose(
                ctx,
                ProposalKind.PEOPLE_IMPORT,
                reason=request.form.get("reason", ""),
                payload=checked.payload(name),
            )
    except (Invalid, Conflict, Forbidden) as refused:
        page = render(
            "organisation/import.html",
            findings=_findings(refused),
            message=refused.message,
            reason=request.form.get("reason", ""),
        )
        return page, status_of(refused)
    return _proposed(proposal)


@pages.get("/organisation/template.xlsx")
@requires(Permission.SECURITY_ADMINISTER)
def template() -> AnyResponse:
    with reading() as ctx:
        return _book(people_sheets.template(ctx), _("单位人员任职（空表）.xlsx"))


@pages.post("/organisation/present.xlsx")
@requires(Permission.SECURITY_ADMINISTER, fresh=True)
def present() -> AnyResponse:
    with acting() as ctx:
        content = people_sheets.present(ctx)
        ctx.record("people.export", "people:all")
    return _book(content, _("单位人员任职.xlsx"))


def _book(content: bytes, name: str) -> AnyResponse:
    return as_workbook(content, name)


def _kind(text: str) -> ProposalKind:
    try:
        kind = ProposalKind(text)
        return kind if kind in _FIELDS else ProposalKind.POST
    except ValueError:
        return ProposalKind.POST


def _payload(names: Sequence[str]) -> dict[str, Json]:
    found: dict[str, Json] = {name: request.form.get(name, "").strip() for name in names}
    return {name: value == "1" if name in _FLAGS else value for name, value in found.items()}


def _proposed(proposal: str) -> AnyResponse:
    flash(_("已经提出，由另一人批准后生效"), "green")
    return redirect(url_for("proposals.one", proposal_id=proposal), 303)


def _person_page(
    person_id: str, kind: ProposalKind | None = None, refused: RongcuoError | None = None
) -> str:
    with reading() as ctx:
        found = organisation.person(ctx.session, person_id)
        units = organisation.unit_names(ctx.session)
        is_me = person_id == ctx.actor.person_id
    return render(
        "organisation/person.html",
        person=found,
        units=tuple(units.items()),
        is_me=is_me,
        kind=kind,
        typed={**dict.fromkeys(_ASKED, ""), **request.form.to_dict()},
        errors=_errors(refused),
        message=refused.message if refused else "",
        level_title=level_title,
    )


def _new_page(typed: Mapping[str, str], refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        units = organisation.unit_names(ctx.session)
    return render(
        "organisation/new_person.html",
        units=tuple(units.items()),
        typed=typed,
        errors=_errors(refused),
        message=refused.message if refused else "",
    )


def _findings(refused: RongcuoError | None) -> Sequence[Finding]:
    return refused.findings if isinstance(refused, Invalid) else ()


def _errors(refused: RongcuoError | None) -> dict[str, str]:
    return {finding.field: finding.message for finding in _findings(refused)}
