"""A pack folder becomes a frozen pack, or every problem of it at once."""

from datetime import date, time
from pathlib import Path

import pytest

from server.adapters import packs
from server.domain.errors import Invalid
from server.domain.findings import Severity
from server.domain.packs import Feel, PolicyPack, Unit
from server.domain.roles import Capacity

MINIMAL = """
key: here
title: 某市容错
version: "1"
valid_from: 2024-01-01
"""

FULL = (
    MINIMAL
    + """
extends: [_base]
notify_at: "09:15"
sources: {measures: {title: 实施办法, issuer: 市委办公室, published_on: 2023-05-06}}
procedures:
  steps:
    title: 程序
    diagram: steps.bpmn
    reference: 某容〔{year}〕{number}号
    level: =managed_by
    start:
      form: application
      defaults: {origin: self}
      by: [{role: applicant, when: '=origin = "self"'}]
    variables: {inquiry_open: boolean}
    outcomes: [refused]
lanes: {desk: {title: 受理室, office: =routing.office, level: superior, head_only: true}}
events:
  accepted: {title: 受理, node: accept, when: =accepted = true, date: accepted_on}
  opened: {title: 启动, start: true}
deadlines:
  proposal:
    title: 拟办意见
    origin: accepted
    met_by: submitted
    interval: {n: 5, unit: working}
    stop: {day_counts: false, reasons: [{key: supplement, title: 补充材料, max: 5, times: 1}]}
    extend: {times: 1, max: 5, approver: office.head}
    ladder: [{at: -1, to: assignee}, {at: 1, to: office.head}]
    end_of_day: "17:30"
    basis: {source: measures, article: NY-12}
  correction:
    title: 整改
    origin: accepted
    interval: {until: rectification_date}
    basis: {default: 由约谈时确定}
lists:
  situations:
    title: 情形
    basis: {source: measures}
    items: [{code: A1, text: 情形一}, {code: A2, text_missing: true}]
messages:
  asked: {title: 提请, carries: [finding]}
  begun:
    title: 启动
    opens: other
    each: =finding
    with: {name: =item.name, urgent: true, kind: person}
  answered: {title: 答复, carries: [reference], to_case: =reference}
rules: [{form: finding, field: exit, check: =exit != null, message: 请选择}]
appoints: [{node: team, field: members, role: team_member}]
papers: {notice: {title: 受理通知书, node: accept, to: applicant}}
settings: {clock: {title: 起, value: started, options: [started, notified], basis: {default: 原文}}}
"""
)

BASE = """
key: _base
title: 通用
version: "1"
valid_from: 2020-01-01
roles: {desk: {title: 案管室, capacity: desk, organ: discipline_organ}}
messages: {asked: {title: 通用的提请}, told: {title: 告知}}
"""


def test_every_kind_of_entry_is_read(tmp_path: Path) -> None:
    pack = _parsed(tmp_path, FULL)
    assert pack.valid_from == date(2024, 1, 1)
    assert pack.notify_at == time(9, 15)
    procedure = pack.procedures["steps"]
    assert procedure.level == Feel("managed_by")
    assert procedure.starters[0].when == Feel('origin = "self"')
    assert procedure.defaults == {"origin": "self"}
    assert pack.lanes["desk"].office == Feel("routing.office")
    assert pack.events["accepted"].date == "accepted_on"
    proposal = pack.deadlines["proposal"]
    assert (proposal.n, proposal.unit, proposal.met_by) == (5, Unit.WORKING, ("submitted",))
    assert proposal.end_of_day == time(17, 30)
    assert proposal.stops[0].max == 5
    assert not proposal.stop_day_counts
    assert [rung.at for rung in proposal.ladder] == [-1, 1]
    assert pack.deadlines["correction"].until == "rectification_date"
    begun = pack.messages["begun"]
    assert (begun.opens, begun.each) == ("other", Feel("finding"))
    assert begun.start == {"name": Feel("item.name"), "urgent": True, "kind": "person"}
    assert pack.messages["answered"].to_case == Feel("reference")
    assert pack.lists["situations"].items[1].text_missing
    assert pack.papers["notice"].to == ("applicant",)
    assert pack.settings["clock"].basis.is_default


def test_what_a_pack_extends_is_taken_over_and_own_entries_win(tmp_path: Path) -> None:
    pack = _parsed(tmp_path, FULL)
    assert pack.roles["desk"].title == "案管室"
    assert pack.capacities == {"desk": Capacity.DESK}
    assert pack.messages["told"].title == "告知"
    assert pack.messages["asked"].title == "提请"


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (("    opens: other\n", ""), "PACK_VALUE", "messages.begun.with"),
        (("opens: other", "opens: other\n    to_case: =x"), "PACK_VALUE", "messages.begun.to_case"),
        (("each: =finding", "each: finding"), "PACK_VALUE", "messages.begun.each"),
        (("version: ", "versoin: "), "PACK_UNKNOWN_KEY", "versoin"),
        (('version: "1"', "version: 1"), "PACK_VALUE", "version"),
        (("n: 5,", "n: 0,"), "PACK_VALUE", "deadlines.proposal.interval.n"),
        (("n: 5,", "n: five,"), "PACK_VALUE", "deadlines.proposal.interval.n"),
        (("unit: working}", "unit: weeks}"), "PACK_VALUE", "deadlines.proposal.interval.unit"),
        (
            ("    basis: {default: 由约谈时确定}\n", ""),
            "PACK_NO_BASIS",
            "deadlines.correction.basis",
        ),
        (("code: A2,", "code: A1,"), "PACK_VALUE", "lists.situations.items"),
        (
            ("opened: {title: 启动, start: true}", "opened: {title: 启动}"),
            "PACK_VALUE",
            "events.opened",
        ),
        (("value: started,", "value: never,"), "PACK_VALUE", "settings.clock.value"),
        (("key: here", "key: there"), "PACK_VALUE", "key"),
        (("[_base]", "[_none]"), "PACK_EXTENDS", "extends"),
        (("    title: 程序\n", ""), "PACK_MISSING", "procedures.steps.title"),
        (("check: =exit", "check: exit"), "PACK_VALUE", "rules[0].check"),
        (
            ('end_of_day: "17:30"', 'end_of_day: "noon"'),
            "PACK_VALUE",
            "deadlines.proposal.end_of_day",
        ),
        (
            ("inquiry_open: boolean", "inquiry_open: numeric"),
            "PACK_VALUE",
            "procedures.steps.variables",
        ),
    ],
)
def test_a_wrong_entry_is_one_finding_at_its_path(
    tmp_path: Path, change: tuple[str, str], code: str, place: str
) -> None:
    assert change[0] in FULL
    pack, findings = packs.parse(packs.read_folder(_folder(tmp_path, FULL.replace(*change))))
    assert pack is None
    places = {(f.code, ".".join(filter(None, (f.element, f.field)))) for f in findings}
    assert any(found == code and path.startswith(place) for found, path in places), places


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("", "PACK_MISSING", "缺少“roles.desk.capacity”"),
        ("capacity: boss, ", "PACK_VALUE", "应为party、unit、desk、team"),
        ("capacity: told, ", "PACK_VALUE", "应为party、unit、desk、team"),
    ],
)
def test_a_role_without_a_known_capacity_is_told_with_what_there_is(
    tmp_path: Path, written: str, code: str, message: str
) -> None:
    folder = _folder(tmp_path, FULL)
    base = folder.parent / "_base" / "pack.yaml"
    base.write_text(BASE.replace("capacity: desk, ", written), encoding="utf-8")
    pack, findings = packs.parse(packs.read_folder(folder))
    assert pack is None
    [found] = findings
    assert (found.code, found.element, found.field) == (code, "roles", "desk.capacity")
    assert message in found.message
    assert "consulted" in f"{found.message}{found.fix}"


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    broken = FULL.replace("n: 5,", "n: 0,").replace("value: started,", "value: x,")
    _pack, findings = packs.parse(packs.read_folder(_folder(tmp_path, broken + "typo: 1\n")))
    assert len([f for f in findings if f.severity is Severity.ERROR]) == 3


def test_a_ring_of_extends_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path, FULL)
    base = folder.parent / "_base" / "pack.yaml"
    base.write_text(BASE + "extends: [here]\n", encoding="utf-8")
    pack, findings = packs.parse(packs.read_folder(folder))
    assert pack is None
    assert {finding.code for finding in findings} == {"PACK_EXTENDS"}


def test_forms_beside_the_pack_and_inside_it_get_the_same_path(tmp_path: Path) -> None:
    folder = _folder(tmp_path, MINIMAL)
    (folder / "forms").mkdir()
    (folder / "forms" / "a.form.json").write_text("{}", encoding="utf-8")
    assert "forms/here/a.form.json" in packs.read_folder(folder).files
    beside = tmp_path / "forms" / "here"
    beside.mkdir(parents=True)
    (beside / "b.form.json").write_text("{}", encoding="utf-8")
    assert set(packs.read_folder(folder).of(".form.json")) == {"b.form.json"}


def test_scenarios_are_listed_in_order_and_are_no_diagrams(tmp_path: Path) -> None:
    folder = _folder(tmp_path, MINIMAL)
    (folder / "scenarios").mkdir()
    for name in ("02-b.yaml", "01-a.yaml"):
        (folder / "scenarios" / name).write_text("title: x", encoding="utf-8")
    files = packs.read_folder(folder)
    assert list(files.scenarios()) == ["01-a.yaml", "02-b.yaml"]
    assert set(files.of(".yaml")) == {"pack.yaml"}


def test_a_folder_without_pack_yaml_is_refused_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="不是政策包"):
        packs.read_folder(tmp_path)


def test_links_and_hidden_files_are_not_followed(tmp_path: Path) -> None:
    folder = _folder(tmp_path, MINIMAL)
    secret = tmp_path / "secret.md"
    secret.write_text("x", encoding="utf-8")
    (folder / "link.md").symlink_to(secret)
    (folder / ".hidden.md").write_text("x", encoding="utf-8")
    assert set(packs.read_folder(folder).files) == {"processes/here/pack.yaml"}


def test_a_file_of_another_kind_is_a_warning(tmp_path: Path) -> None:
    folder = _folder(tmp_path, MINIMAL)
    (folder / "run.py").write_text("x", encoding="utf-8")
    pack, findings = packs.parse(packs.read_folder(folder))
    assert pack is not None
    assert [(f.code, f.severity) for f in findings] == [("PACK_FILE_KIND", Severity.WARNING)]


def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path, MINIMAL)
    (folder / "big.bpmn").write_bytes(b"x" * (packs.MAX_FILE + 1))
    with pytest.raises(Invalid, match="2MB"):
        packs.read_folder(folder)


def _folder(tmp_path: Path, content: str) -> Path:
    folder = tmp_path / "processes" / "here"
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(content, encoding="utf-8")
    base = tmp_path / "processes" / "_base"
    base.mkdir()
    (base / "pack.yaml").write_text(BASE, encoding="utf-8")
    return folder


def _parsed(tmp_path: Path, content: str) -> PolicyPack:
    pack, findings = packs.parse(packs.read_folder(_folder(tmp_path, content)))
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    assert pack is not None
    return pack
