"""What two persons decide together about accounts and posts: the kinds, and what each must say.

What was proposed is stored as it was said and read again when it is approved; every problem comes
back at its field.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _


class ProposalKind(StrEnum):
    """Everything that takes two persons."""

    NEW_PERSON = "new_person"
    POST = "post"
    END_POST = "end_post"
    DISABLE = "disable"
    ENABLE = "enable"
    RESET_SECRET = "reset_secret"  # noqa: S105  # the word for it, no secret
    PEOPLE_IMPORT = "people_import"


#: how each kind is called
TITLES: Mapping[ProposalKind, str] = {
    ProposalKind.NEW_PERSON: _("新增人员"),
    ProposalKind.POST: _("任职"),
    ProposalKind.END_POST: _("免职"),
    ProposalKind.DISABLE: _("停用账号"),
    ProposalKind.ENABLE: _("启用账号"),
    ProposalKind.RESET_SECRET: _("重置口令"),
    ProposalKind.PEOPLE_IMPORT: _("按表格办理单位、人员和任职"),
}

#: what a login may look like: small letters, so that letter case never makes two of one
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")

_MANAGED_BY = ("", "central", "province", "city", "county", "township")
_LONGEST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class PostWish:
    """A post somebody is to get."""

    title: str
    from_on: date
    is_head: bool
    is_main: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonWish:
    """Somebody who is to get an account."""

    login: str
    name: str
    managed_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EndWish:
    """A post that is to end, and its last day."""

    post_id: str
    to_on: date


def post_wish(payload: Mapping[str, Json]) -> PostWish:
    """The post a proposal asks for. Raises Invalid with every problem at its field."""
    reading = _Reading(payload=payload)
    wish = PostWish(
        title=reading.text("title", _("请填写职务名称")),
        from_on=reading.day("from_on", _("请填写任职日期，如 2026-03-02")),
        is_head=payload.get("is_head") is True,
        is_main=payload.get("is_main", True) is True,
    )
    reading.finish()
    return wish


def person_wish(payload: Mapping[str, Json]) -> PersonWish:
    """The person a proposal asks for. Raises Invalid with every problem at its field."""
    reading = _Reading(payload=payload)
    login = reading.text("login", _("请填写账号")).lower()
    if login and not LOGIN.fullmatch(login):
        reading.wrong("login", _("账号由2至64个小写字母、数字、点、横线组成，以字母或数字开头"))
    managed_by = payload.get("managed_by") or ""
    if managed_by not in _MANAGED_BY:
        reading.wrong("managed_by", _("干部管理权限不正确"))
    wish = PersonWish(
        login=login,
        name=reading.text("name", _("请填写姓名")),
        managed_by=str(managed_by) or None,
    )
    reading.finish()
    return wish


def end_wish(payload: Mapping[str, Json]) -> EndWish:
    """The end a proposal asks for. Raises Invalid with every problem at its field."""
    reading = _Reading(payload=payload)
    wish = EndWish(
        post_id=reading.text("post_id", _("请选择职务")),
        to_on=reading.day("to_on", _("请填写任职的最后一日，如 2026-03-02")),
    )
    reading.finish()
    return wish


@dataclass(kw_only=True, slots=True)
class _Reading:
    """Reads a payload and keeps what is wrong with it."""

    payload: Mapping[str, Json]
    findings: list[Finding] = field(default_factory=list)

    def text(self, name: str, missing: str) -> str:
        value = self.payload.get(name)
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            self.wrong(name, missing)
        if len(text) > _LONGEST:
            self.wrong(name, _("最多{n}个字").format(n=_LONGEST))
        return text

    def day(self, name: str, missing: str) -> date:
        try:
            return date.fromisoformat(str(self.payload.get(name, "")))
        except ValueError:
            self.wrong(name, missing)
            return date.min

    def wrong(self, name: str, message: str) -> None:
        self.findings.append(Finding(code="PROPOSAL_FIELD", field=name, message=message))

    def finish(self) -> None:
        if self.findings:
            told = "；".join(finding.message for finding in self.findings)
            raise Invalid(told, self.findings)
