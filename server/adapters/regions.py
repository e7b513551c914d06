"""A region as YAML files: organs, offices, people and posts; all problems at once.

One file per locality. The login of a person is ``<locality>.<office>.<person>``; ``also`` gives
a further post to somebody who is named elsewhere, perhaps in another file.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server.adapters import yaml_files
from server.adapters.reading import REQUIRED, Node, Report
from server.domain.findings import Finding
from server.domain.texts import _

_LEVELS = ("province", "city", "county", "township")


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonEntry:
    """A person of the region."""

    login: str
    name: str
    managed_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PostEntry:
    """A post of the region."""

    login: str
    unit: str
    title: str
    is_head: bool
    #: False for a post beside another one
    is_main: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitEntry:
    """An organ (no parent) or office of the region."""

    key: str
    name: str
    kind: str
    level: str
    affiliation: str
    region: str
    parent: str | None


@dataclass(slots=True)
class Region:
    """Everything the files of a region say, parents before their offices."""

    units: list[UnitEntry] = field(default_factory=list)
    people: list[PersonEntry] = field(default_factory=list)
    posts: list[PostEntry] = field(default_factory=list)


def read_region(folder: Path) -> tuple[Region, list[Finding]]:
    """The region of every YAML file in the folder, and every problem of all of them."""
    region = Region()
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.yaml")):
        value, problems = yaml_files.load(path.name, path.read_bytes())
        findings += problems
        if not problems:
            report = Report(path.name)
            _Locality(Node(value if value is not None else "", "", report), region).read()
            findings += report.findings
    return region, [*findings, *_unrelated(region)]


class _Locality:
    """Reads one file into the region."""

    def __init__(self, root: Node, region: Region) -> None:
        self._root = root
        self._region = region
        self._locality = root.text("locality", REQUIRED)
        self._place = root.text("region", REQUIRED)
        self._level = root.choice("level", _LEVELS, "county")
        self._managed_by = root.choice("managed_by", _LEVELS, self._level)

    def read(self) -> None:
        self._root.text("name", REQUIRED)
        for node in self._root.rows("units"):
            self._unit(node, parent=None, affiliation=self._level)
        self._root.finish()

    def _unit(self, node: Node, *, parent: str | None, affiliation: str) -> None:
        key = f"{self._locality}.{node.text('key', REQUIRED)}"
        affiliation = node.choice("affiliation", _LEVELS, affiliation)
        self._region.units.append(
            UnitEntry(
                key=key,
                name=node.text("name", REQUIRED),
                kind=node.text("kind", REQUIRED),
                level=self._level,
                affiliation=affiliation,
                region=self._place,
                parent=parent,
            )
        )
        for row in node.rows("people"):
            self._person(row, key)
        for row in node.rows("also"):
            self._post(row, row.text("login", REQUIRED), key, is_main=False)
            row.finish()
        for row in node.rows("offices"):
            self._unit(row, parent=key, affiliation=affiliation)
        node.finish()

    def _person(self, row: Node, unit: str) -> None:
        login = f"{unit}.{row.text('key', REQUIRED)}"
        self._region.people.append(
            PersonEntry(
                login=login,
                name=row.text("name", REQUIRED),
                managed_by=row.choice("managed_by", _LEVELS, self._managed_by),
            )
        )
        self._post(row, login, unit, is_main=True)
        row.finish()

    def _post(self, row: Node, login: str, unit: str, *, is_main: bool) -> None:
        self._region.posts.append(
            PostEntry(
                login=login,
                unit=unit,
                title=row.text("title", REQUIRED),
                is_head=row.flag("head", default=False),
                is_main=is_main,
            )
        )


def _unrelated(region: Region) -> Iterator[Finding]:
    logins = Counter(person.login for person in region.people)
    for key, count in Counter(unit.key for unit in region.units).items():
        if count > 1:
            yield _finding("REGION_UNIT_TWICE", key, _("单位标识“{key}”重复").format(key=key))
    for login, count in logins.items():
        if count > 1:
            yield _finding("REGION_LOGIN_TWICE", login, _("登录名“{key}”重复").format(key=login))
    for post in region.posts:
        if post.login not in logins:
            message = _("兼任职务的人员“{login}”不存在").format(login=post.login)
            yield _finding("REGION_NO_PERSON", post.unit, message)


def _finding(code: str, element: str, message: str) -> Finding:
    return Finding(code=code, element=element, message=message, fix=_("改正地区文件后重试"))
