"""Units, people and posts as a workbook: its columns, the template, the present state, its rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import aliased

from server.adapters.spreadsheets import Cell, Row, Sheet, read_book, write_book
from server.domain.access import ADMINISTRATORS, DESIGNER
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.models.identity import Person, Post, Unit
from server.services.context import Context
from server.services.packs import definitions

UNITS, PEOPLE, POSTS = _("单位"), _("人员"), _("任职")
KEY, NAME, ABOVE, KIND = _("标识"), _("名称"), _("上级标识"), _("类别")
LEVEL, AFFILIATION, REGION, CLOSED = _("层级"), _("隶属层级"), _("地区"), _("撤销日期")
LOGIN, PERSON, MANAGED, EMAIL = _("账号"), _("姓名"), _("干部管理权限"), _("邮箱")
UNIT, TITLE, HEAD, MAIN = _("单位标识"), _("职务"), _("负责人"), _("兼任")
FROM, TO = _("任职日期"), _("免职日期")

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    UNITS: (KEY, NAME, ABOVE, KIND, LEVEL, AFFILIATION, REGION, CLOSED),
    PEOPLE: (LOGIN, PERSON, MANAGED, EMAIL),
    POSTS: (LOGIN, UNIT, TITLE, HEAD, MAIN, FROM, TO),
}

#: columns a workbook may leave out
_OPTIONAL: Final = frozenset({EMAIL})

#: words of a workbook for levels, and back
LEVELS: Final[Mapping[str, str]] = {
    _("中央"): "central",
    _("省"): "province",
    _("市"): "city",
    _("县"): "county",
    _("乡"): "township",
}
_LEVEL_WORDS: Final = {code: word for word, code in LEVELS.items()}
YES, NO = _("是"), _("否")

#: kinds no pack has to name
_GENERAL: Final = {"bureau": _("一般单位"), "bureau_section": _("一般单位的科室")}
_WIDTHS: Final = (26, 30, 26, 26, 14, 14, 16, 14)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The rows of a workbook."""

    units: tuple[Row, ...]
    people: tuple[Row, ...]
    posts: tuple[Row, ...]

    def as_json(self) -> dict[str, Json]:
        """To be kept with a proposal, and read back by :func:`from_json`."""
        return {name: [_kept(row) for row in getattr(self, name)] for name in self.__slots__}


def rows_of(content: bytes) -> Rows:
    """The rows of an uploaded workbook. Raises Invalid with every problem by row and column."""
    found, findings = read_book(content, COLUMNS, _OPTIONAL)
    if findings:
        raise Invalid(_("表格有{n}处问题").format(n=len(findings)), findings)
    return Rows(units=tuple(found[UNITS]), people=tuple(found[PEOPLE]), posts=tuple(found[POSTS]))


def from_json(kept: Mapping[str, Json]) -> Rows:
    """The rows that were kept with a proposal."""
    return Rows(
        **{
            name: tuple(Row(number=each["row"], cells=each["cells"]) for each in kept[name])
            for name in Rows.__slots__
        }
    )


def template(ctx: Context) -> bytes:
    """An empty workbook with a sheet that explains each column and lists the kinds of units."""
    empty = [
        Sheet(name=name, columns=columns, rows=(), widths=_WIDTHS)
        for name, columns in COLUMNS.items()
    ]
    return write_book([*empty, _explained(ctx)])


def present(ctx: Context) -> bytes:
    """Units, people and posts as they are today, ended posts left out, as the same workbook."""
    rows = {UNITS: _units(ctx), PEOPLE: _people(ctx), POSTS: _posts(ctx)}
    sheets = [
        Sheet(name=name, columns=columns, rows=rows[name], widths=_WIDTHS)
        for name, columns in COLUMNS.items()
    ]
    return write_book([*sheets, _explained(ctx)])


def kinds(ctx: Context) -> dict[str, str]:
    """What a unit may be: kinds in use and roles of the packs in force, with a name for each."""
    found = {
        row.kind: row.name
        for row in ctx.session.execute(select(Unit.kind, Unit.name).order_by(Unit.path.desc()))
    }
    for release in definitions.releases_in_force(ctx, ctx.today):
        roles = release.pack.roles.values()
        found = {role.organ: role.title for role in roles if role.organ} | found
        found |= {role.key: role.title for role in roles}
    return {**_GENERAL, **dict.fromkeys(ADMINISTRATORS | {DESIGNER}, _("系统管理岗位")), **found}


def _kept(row: Row) -> dict[str, Json]:
    cells = {
        name: cell.isoformat() if isinstance(cell, date) else cell
        for name, cell in row.cells.items()
    }
    return {"row": row.number, "cells": cells}


def _units(ctx: Context) -> Iterator[tuple[Cell, ...]]:
    above = aliased(Unit)
    rows = ctx.session.execute(
        select(Unit, above.key)
        .outerjoin(above, above.id == Unit.parent_id)
        .order_by(Unit.region, Unit.path)
    )
    for unit, parent in rows:
        levels = (_LEVEL_WORDS[unit.level], _LEVEL_WORDS[unit.affiliation])
        yield (unit.key, unit.name, parent, unit.kind, *levels, unit.region, unit.closed_on)


def _people(ctx: Context) -> Iterator[tuple[Cell, ...]]:
    for row in ctx.session.execute(
        select(Person.login, Person.name, Person.managed_by)
        .where(Person.state == "active")
        .order_by(Person.login)
    ):
        # his address is shown to nobody but himself; an empty cell changes none
        yield (row.login, row.name, _LEVEL_WORDS.get(row.managed_by or ""), None)


def _posts(ctx: Context) -> Iterator[tuple[Cell, ...]]:
    rows = ctx.session.execute(
        select(Post, Person.login, Unit.key)
        .join(Person, Person.id == Post.person_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Person.state == "active", (Post.to_on.is_(None)) | (Post.to_on >= ctx.today))
        .order_by(Person.login, Post.is_main.desc(), Unit.path)
    )
    for post, login, key in rows:
        words = (YES if post.is_head else NO, NO if post.is_main else YES)
        yield (login, key, post.title, *words, post.from_on, post.to_on)


def _explained(ctx: Context) -> Sheet:
    lines: list[tuple[Cell, ...]] = [
        (UNITS, KEY, _("小写字母、数字、点、横线，全系统唯一，例如county1.housing")),
        (UNITS, ABOVE, _("所属机关的标识，机关本身留空")),
        (UNITS, KIND, _("处室按政策包中的角色，见下；一般单位写bureau")),
        (UNITS, LEVEL, _("省、市、县、乡")),
        (UNITS, AFFILIATION, _("党组织隶属的层级，与层级相同的留空")),
        (UNITS, REGION, _("所在地区的路径，例如p/c1/d1；有上级的可以留空")),
        (UNITS, CLOSED, _("撤销的最后一日；没有撤销的留空")),
        (PEOPLE, LOGIN, _("登录用的账号，小写字母、数字、点、横线")),
        (PEOPLE, MANAGED, _("中央、省、市、县、乡；不是干部的留空")),
        (PEOPLE, EMAIL, _("接收提醒的邮箱，可以不填，也可以没有这一列；留空不改变原有的邮箱")),
        (POSTS, UNIT, _("处室或者单位的标识")),
        (POSTS, HEAD, _("是、否；留空为否")),
        (POSTS, MAIN, _("在其他单位任主要职务、在此兼任的写是；留空为否")),
        (POSTS, FROM, _("例如2026-03-02")),
        (POSTS, TO, _("任职的最后一日；仍在任的留空")),
        (
            "",
            "",
            _("表中没有列出的单位、人员和任职不受影响；任职有变化的，在原行填写免职日期，另起一行"),
        ),
    ]
    lines += [(KIND, code, title) for code, title in sorted(kinds(ctx).items())]
    return Sheet(
        name=_("说明"),
        columns=(_("工作表"), _("列"), _("填写方法")),
        rows=lines,
        widths=(14, 30, 70),
    )
