from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.adapters.regions import read_region
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.models.audit import AuditEvent
from server.models.identity import Person, Post, Unit
from server.services.context import Context, Tools, transaction
from server.services.rehearsing import demo

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)


def test_everything_the_files_name_is_there_once(tools: Tools) -> None:
    region, findings = read_region(demo.SHIPPED_REGION)
    assert findings == []
    with transaction(tools, SYSTEM, NOW) as ctx:
        before = counts(ctx)
        assert before == (len(region.units), len(region.people), len(region.posts))
        assert demo.load(ctx) == 0
        assert counts(ctx) == before


def test_the_region_has_a_province_two_cities_three_counties_and_a_township() -> None:
    region, _findings = read_region(demo.SHIPPED_REGION)
    places = {(unit.level, unit.region) for unit in region.units}
    levels = [level for level, _region in sorted(places)]
    assert levels.count("province") == 1
    assert levels.count("city") == 2
    assert levels.count("county") == 3
    assert levels.count("township") == 1


def test_no_two_people_share_a_name_and_officials_of_every_level_exist() -> None:
    region, _findings = read_region(demo.SHIPPED_REGION)
    assert len({person.name for person in region.people}) == len(region.people)
    assert {person.managed_by for person in region.people} == {
        "province",
        "city",
        "county",
        "township",
    }


def test_loading_fills_up_what_is_missing(tools: Tools, tmp_path: Path) -> None:
    more = SMALL.replace("town9", "town8")
    (tmp_path / "a.yaml").write_text(SMALL, encoding="utf-8")
    with transaction(tools, SYSTEM, NOW) as ctx:
        assert demo.load(ctx, tmp_path) == 5
    (tmp_path / "b.yaml").write_text(more, encoding="utf-8")
    with transaction(tools, SYSTEM, NOW) as ctx:
        assert demo.load(ctx, tmp_path) == 5
        events = ctx.session.scalars(
            select(AuditEvent.text).where(AuditEvent.verb == "region.load")
        ).all()
        assert events[-1] == '{"people":1,"posts":2,"units":2}'


def test_all_problems_of_all_files_come_at_once_and_nothing_is_created(
    tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "c.yaml").write_text("locality: x\nwrong: 1\n", encoding="utf-8")
    with transaction(tools, SYSTEM, NOW) as ctx:
        before = counts(ctx)
        with pytest.raises(Invalid) as refused:
            demo.load(ctx, tmp_path)
        assert counts(ctx) == before
    codes = {finding.code for finding in refused.value.findings}
    assert codes >= {"REGION_UNIT_TWICE", "REGION_LOGIN_TWICE", "PACK_UNKNOWN_KEY", "PACK_MISSING"}


def counts(ctx: Context) -> tuple[int, ...]:
    """How many units, people and posts there are."""
    return tuple(
        ctx.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Unit, Person, Post)
    )


SMALL = """
locality: town9
region: p/c1/d1/t9
name: 某镇
level: township
units:
  - key: government
    kind: government
    name: 某镇人民政府
    offices:
      - key: head
        kind: unit_head
        name: 主要负责人
        people:
          - {key: head, name: 某人, title: 镇长, head: true}
    also:
      - {login: town9.head.head, title: 镇长, head: true}
"""
