from pathlib import Path

from server.adapters.regions import read_region

TOWN = """
locality: town9
region: p/c1/d1/t9
name: 某镇
level: township
managed_by: county
units:
  - key: government
    kind: government
    name: 某镇人民政府
    affiliation: county
    offices:
      - key: head
        kind: unit_head
        name: 主要负责人
        people:
          - {key: head, name: 某甲, title: 镇长, head: true}
          - {key: "1", name: 某乙, title: 副镇长, managed_by: township}
        also:
          - {login: town9.head.1, title: 主持工作}
"""


def test_offices_come_after_their_organ_and_take_over_its_affiliation(tmp_path: Path) -> None:
    (tmp_path / "town.yaml").write_text(TOWN, encoding="utf-8")
    region, findings = read_region(tmp_path)
    assert findings == []
    assert [(unit.key, unit.parent, unit.affiliation) for unit in region.units] == [
        ("town9.government", None, "county"),
        ("town9.head", "town9.government", "county"),
    ]


def test_people_are_managed_as_the_file_says_unless_they_say_otherwise(tmp_path: Path) -> None:
    (tmp_path / "town.yaml").write_text(TOWN, encoding="utf-8")
    region, _findings = read_region(tmp_path)
    assert [(person.login, person.managed_by) for person in region.people] == [
        ("town9.head.head", "county"),
        ("town9.head.1", "township"),
    ]
    assert [(post.login, post.title, post.is_head, post.is_main) for post in region.posts] == [
        ("town9.head.head", "镇长", True, True),
        ("town9.head.1", "副镇长", False, True),
        ("town9.head.1", "主持工作", False, False),
    ]


def test_a_post_of_nobody_and_an_unreadable_file_are_problems_of_one_reading(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.yaml").write_text(TOWN.replace("town9.head.1", "nobody"), encoding="utf-8")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xff")
    (tmp_path / "c.yaml").write_text("- 1\n", encoding="utf-8")
    (tmp_path / "d.yaml").write_text("", encoding="utf-8")
    _region, findings = read_region(tmp_path)
    codes = {(finding.file, finding.code) for finding in findings}
    assert codes >= {("", "REGION_NO_PERSON"), ("b.yaml", "YAML_ENCODING")}
    assert {file for file, _code in codes} >= {"c.yaml", "d.yaml"}
