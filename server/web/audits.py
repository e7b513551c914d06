"""审计: both chains of the record for their administrator: who did what when, no content."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, request, url_for

from server.domain.access import Permission
from server.domain.audit_words import AUDIT_WORDS, audit_word
from server.domain.calendar import CHINA_TIME
from server.domain.chores import VERIFY
from server.domain.errors import Invalid
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.queries import audits, operations
from server.queries.audits import Wanted
from server.services import audit
from server.services.audit import Verdict
from server.web.fragments import render

pages = Blueprint("audits", __name__)
pages.add_app_template_filter(audit_word, "act")

_PAGE = 100
_CHAINS = ((audit.ACT, _("办理")), (audit.ACCESS, _("访问")))


@pages.get("/audit")
@requires(Permission.AUDIT_READ)
def index() -> str:
    return _page({})


@pages.post("/audit/verify")
@requires(Permission.AUDIT_READ)
def verify() -> str:
    """Both chains walked from their beginning; repairs nothing."""
    with reading() as ctx:
        found = {chain: audit.verify(ctx.session, chain) for chain, _word in _CHAINS}
    looked("audit.verify", "audit")
    return _page(found)


def _page(verdicts: dict[str, Verdict]) -> str:
    given, number = request.args, max(request.args.get("page", 1, int), 1)
    chosen = {name: given.get(name, "").strip()[:80] for name in ("chain", "verb", "actor")}
    days = {name: given.get(name, "").strip() for name in ("from_on", "to_on")}
    to_on = _day(days["to_on"])
    wanted = Wanted(
        chain=chosen["chain"],
        verb=chosen["verb"],
        actor_id=chosen["actor"],
        since=_begin(_day(days["from_on"])),
        until=_begin(to_on + timedelta(days=1) if to_on else None),
    )
    with reading() as ctx:
        found = audits.page(ctx.session, wanted, page=number, page_size=_PAGE)
        broken = operations.broken_chains(ctx.session)
        verified = operations.beats(ctx.session).get(VERIFY.name)
    looked("audit.read", "audit", detail={"page": number})
    kept: dict[str, Any] = {name: value for name, value in (chosen | days).items() if value}
    return render(
        "audit/index.html",
        records=found,
        page=number,
        page_size=_PAGE,
        chosen=chosen | days,
        is_narrowed=bool(kept),
        chains=_CHAINS,
        acts=AUDIT_WORDS,
        verdicts=verdicts,
        broken=broken,
        verified=verified,
        address=lambda n: url_for("audits.index", **kept, page=n),
        of_actor=lambda actor_id: url_for("audits.index", **{**kept, "actor": actor_id}),
    )


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), CHINA_TIME) if day else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("日期应写成2026-03-01这样")) from None
