"""The made-up region for drills, rehearsals and tests: loaded from data, as often as one likes."""

from datetime import date
from pathlib import Path

from sqlalchemy import insert, select

from server.adapters.regions import Region, read_region
from server.domain.errors import Invalid
from server.domain.texts import _
from server.models.base import new_id
from server.models.identity import Person, Post, Unit
from server.services.context import Context

#: the region that is shipped
SHIPPED_REGION = Path(__file__).resolve().parents[2] / "demo"

#: since when the posts of a made-up region are held
POSTS_FROM = date(2020, 1, 1)


def load(ctx: Context, folder: Path = SHIPPED_REGION) -> int:
    """Create what the region's files name and the database has not; give how many rows that were.

    Raises Invalid with every problem of all files; then nothing was created.
    """
    region, findings = read_region(folder)
    if findings:
        raise Invalid(_("地区文件有{n}处问题").format(n=len(findings)), findings)
    units = _units(ctx, region)
    people = _people(ctx, region)
    posts = _posts(ctx, region)
    count = units + people + posts
    if count:
        detail = {"units": units, "people": people, "posts": posts}
        ctx.record("region.load", "region:demo", detail=detail)
    return count


def _units(ctx: Context, region: Region) -> int:
    ids = {row.key: row.id for row in ctx.session.execute(select(Unit.key, Unit.id))}
    paths = {row.key: row.path for row in ctx.session.execute(select(Unit.key, Unit.path))}
    rows = []
    for entry in region.units:
        if entry.key in ids:
            continue
        ids[entry.key] = new_id()
        above = paths[entry.parent] + "/" if entry.parent else ""
        paths[entry.key] = above + entry.key
        rows.append(
            {
                "id": ids[entry.key],
                "key": entry.key,
                "name": entry.name,
                "kind": entry.kind,
                "level": entry.level,
                "affiliation": entry.affiliation,
                "region": entry.region,
                "parent_id": ids[entry.parent] if entry.parent else None,
                "path": paths[entry.key],
                "version": 1,
            }
        )
    return _insert(ctx, Unit, rows)


def _people(ctx: Context, region: Region) -> int:
    known = set(ctx.session.scalars(select(Person.login)))
    rows = [
        {
            "id": new_id(),
            "login": entry.login,
            "name": entry.name,
            "managed_by": entry.managed_by,
            "must_change_secret": False,
            "preferences": {},
            "state": "active",
            "version": 1,
        }
        for entry in region.people
        if entry.login not in known
    ]
    return _insert(ctx, Person, rows)


def _posts(ctx: Context, region: Region) -> int:
    units = {row.key: row.id for row in ctx.session.execute(select(Unit.key, Unit.id))}
    people = {row.login: row.id for row in ctx.session.execute(select(Person.login, Person.id))}
    held = {tuple(row) for row in ctx.session.execute(select(Post.person_id, Post.unit_id))}
    rows = [
        {
            "id": new_id(),
            "person_id": people[entry.login],
            "unit_id": units[entry.unit],
            "title": entry.title,
            "is_head": entry.is_head,
            "is_main": entry.is_main,
            "from_on": POSTS_FROM,
            "version": 1,
        }
        for entry in region.posts
        if (people[entry.login], units[entry.unit]) not in held
    ]
    return _insert(ctx, Post, rows)


def _insert(ctx: Context, model: type[Unit | Person | Post], rows: list[dict[str, object]]) -> int:
    if rows:
        ctx.session.execute(insert(model), rows)
    return len(rows)
