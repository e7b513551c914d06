"""工作日历: published years, what a notice would change, and its import; no case is seen here."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.domain.access import Permission
from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.access import requires
from server.http.site import acting, reading
from server.services.calendar import calendar_gaps, calendars
from server.services.clocks import calendar_imports, calendar_previews
from server.services.clocks.calendar_previews import Preview
from server.web.calendar_forms import FIELDS, notice_of
from server.web.calendar_months import months_of
from server.web.fragments import render

pages = Blueprint("calendars", __name__)


@pages.get("/calendars")
@requires(Permission.SYSTEM_ADMINISTER)
def index() -> str:
    return _page()


@pages.get("/calendars/<int:year>")
@requires(Permission.SYSTEM_ADMINISTER)
def year(year: int) -> str:
    with reading() as ctx:
        found = calendars.current(ctx).years
    if year not in found:
        raise NotFound
    return render(
        "calendars/year.html",
        months=months_of(found[year]),
        before=year - 1 if year - 1 in found else None,
        after=year + 1 if year + 1 in found else None,
    )


@pages.post("/calendars/preview")
@requires(Permission.SYSTEM_ADMINISTER)
def preview() -> str | tuple[str, int]:
    notice = None
    try:
        notice = notice_of(request)
        with reading() as ctx:
            found = calendar_previews.preview(ctx, notice.file, notice.content)
    except Invalid as refused:
        typed = notice.typed if notice else {}
        findings = refused.findings or [Finding(code="CALENDAR", message=refused.message)]
        return _page(typed, findings), HTTPStatus.UNPROCESSABLE_ENTITY
    return render(
        "calendars/preview.html",
        preview=found,
        years=[months_of(each) for each in found.years],
        file=notice.file,
        notice=notice.content.decode("utf-8", "replace"),
    )


@pages.post("/calendars/import")
@requires(Permission.SYSTEM_ADMINISTER)
def take() -> AnyResponse:
    notice = notice_of(request)
    with acting() as ctx:
        found = calendar_previews.preview(ctx, notice.file, notice.content)
        done = calendar_imports.import_notice(ctx, notice.file, notice.content)
    flash(_told(done.years, done.moved, found), "green")
    return redirect(url_for(".index"), 303)


def _told(years: Sequence[int], moved: int, found: Preview) -> str:
    if not years:
        return _("与已有的日历相同，没有改变")
    named = "、".join(_("{year}年").format(year=each) for each in years)
    text = _("已导入{years}放假安排，重新计算后有{n}项期限改变").format(years=named, n=moved)
    parts = [
        _("{title}{n}项").format(title=title, n=count)
        for title, count in found.by_procedure.items()
    ]
    return _("{text}：{parts}").format(text=text, parts="，".join(parts)) if parts else text


def _page(typed: Mapping[str, str] | None = None, findings: Sequence[Finding] = ()) -> str:
    with reading() as ctx:
        known = calendars.current(ctx).years
        gap = calendar_gaps.missing_year(ctx)
    return render(
        "calendars/index.html",
        years=[months_of(known[each]) for each in sorted(known, reverse=True)],
        gap=gap,
        typed={**dict.fromkeys(FIELDS, ""), **(typed or {})},
        problems=[(_place(finding), finding.message) for finding in findings],
        errors={_place(finding): finding.message for finding in findings},
    )


def _place(finding: Finding) -> str:
    """The field of the form a problem stands at."""
    name = finding.field.partition("[")[0]
    return name if name in FIELDS else ""
