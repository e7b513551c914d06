import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.__main__ import wiring
from server.app import build
from server.cli import parser, run
from server.config import SHIPPED, Config
from server.services.context import Tools
from tests.databases import Databases
from tests.factories import tools as factory

PROCESSES = SHIPPED / "processes"


def test_a_period_of_working_days_with_every_day_counted(cli: "Cli") -> None:
    assert cli("calendar", "due", "2026-02-12", "5").document == {
        "start": "2026-02-12",
        "n": 5,
        "unit": "working",
        "due_on": "2026-02-26",
        "provisional_on": None,
        "counted": ["2026-02-13", "2026-02-14", "2026-02-24", "2026-02-25", "2026-02-26"],
    }


@pytest.mark.parametrize("case", json.loads((Path(__file__).parent / "due.json").read_bytes()))
def test_the_worked_examples_of_the_calendar(cli: "Cli", case: dict[str, str]) -> None:
    found = cli("calendar", "due", case["start"], case["n"], "--unit", case["unit"]).document
    assert found["due_on"] == case["due_on"]


def test_an_unpublished_year_gives_a_provisional_day_only(cli: "Cli") -> None:
    found = cli("calendar", "due", "2026-12-25", "5").document
    assert (found["due_on"], found["provisional_on"]) == (None, "2027-01-01")


def test_counting_leaves_no_data_directory_behind(cli: "Cli") -> None:
    cli("calendar", "due", "2026-02-12", "5")
    assert not cli.data.exists()


def test_an_imported_year_is_counted_with(cli: "Cli", tmp_path: Path) -> None:
    notice = tmp_path / "2027.yaml"
    notice.write_text(NOTICE, encoding="utf-8")
    first = cli("calendar", "import", str(notice), "--json")
    again = cli("calendar", "import", str(notice), "--json")
    assert (first.document, again.document) == (
        {"years": [2027], "moved": 0},
        {"years": [], "moved": 0},
    )
    assert cli("calendar", "due", "2026-12-25", "5").document["due_on"] == "2027-01-04"


def test_a_wrong_notice_is_refused_with_all_its_problems(cli: "Cli", tmp_path: Path) -> None:
    notice = tmp_path / "2027.yaml"
    notice.write_text("year: 2027\noff: [2027-01-01]\nmakeup: []\n", encoding="utf-8")
    done = cli("calendar", "import", str(notice))
    assert done.status == 1
    assert len(done.errors) > 3
    assert any("off" in line for line in done.errors)


def test_feel_prints_json(cli: "Cli") -> None:
    assert cli("feel", 'if x > 1 then "多" else "少"', "--context", '{"x": 2}').document == "多"


def test_an_unknown_variable_is_null_and_said(cli: "Cli") -> None:
    done = cli("feel", "x > 1")
    assert (done.status, done.document) == (0, None)
    assert len(done.errors) == 1


@pytest.mark.parametrize("expression", ["1 +", "count(for i in 1..1000000 return i ** i)"])
def test_a_broken_or_endless_expression_is_refused(cli: "Cli", expression: str) -> None:
    done = cli("feel", expression)
    assert (done.status, done.out) == (1, "")
    assert len(done.errors) == 1


def test_dmn_evaluates_a_decision_of_a_file(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "fee.dmn").write_text(DECISION, encoding="utf-8")
    done = cli("dmn", "eval", str(tmp_path / "fee.dmn"), "fee", "--input", '{"age": 17}')
    assert done.document == 10


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00garbage", "<a>中".encode("gb18030"), b"<definitions/>"]
)
def test_an_unreadable_decision_file_is_refused(cli: "Cli", tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.dmn").write_bytes(content)
    assert_refused(cli("dmn", "eval", str(tmp_path / "bad.dmn"), "fee"))


def test_an_unknown_decision_is_refused(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "fee.dmn").write_text(DECISION, encoding="utf-8")
    assert_refused(cli("dmn", "eval", str(tmp_path / "fee.dmn"), "other"))


def test_a_decision_that_needs_itself_is_refused(cli: "Cli", tmp_path: Path) -> None:
    circle = DECISION.replace('<requiredInput href="#age"/>', '<requiredDecision href="#fee"/>')
    (tmp_path / "fee.dmn").write_text(circle, encoding="utf-8")
    assert_refused(cli("dmn", "eval", str(tmp_path / "fee.dmn"), "fee"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("dmn", "eval", "nowhere.dmn", "x"),
        ("dmn", "eval", ".", "x"),
        ("calendar", "import", "nowhere.yaml"),
        ("calendar", "due", "2026-02-12", "0"),
        ("calendar", "due", "9999-12-30", "30", "--unit", "calendar"),
        ("pack", "check", "nowhere"),
        ("pack", "publish", "."),
        ("pack", "rehearse", "nowhere"),
        ("pack", "rehearse", str(PROCESSES / "_template"), "--scenario", "nowhere.yaml"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(cli: "Cli", arguments: tuple[str, ...]) -> None:
    assert_refused(cli(*arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("calendar",),
        ("calendar", "due"),
        ("calendar", "due", "yesterday", "5"),
        ("calendar", "due", "2026-02-12", "five"),
        ("calendar", "due", "2026-02-12", "5", "--unit", "year"),
        ("feel", "x", "--context", "[1]"),
        ("feel", "x", "--context", "{"),
        ("feel", "x", "--context"),
        ("feel", "x", "--unknown"),
        ("sweep", "--now", "later"),
    ],
)
def test_wrong_usage_is_status_2_and_one_chinese_line(
    cli: "Cli", arguments: tuple[str, ...]
) -> None:
    done = cli(*arguments)
    assert (done.status, done.out) == (2, "")
    assert len(done.errors) == 1
    assert done.errors[0].startswith("用法有误：")


def test_help_lists_the_commands_that_work(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert text.startswith("用法：rongcuo")
    for noun in ("pack", "calendar", "feel", "dmn", "sweep", "user", "audit"):
        assert f"\n    {noun} " in text


def test_the_template_has_no_problem(cli: "Cli") -> None:
    done = cli("pack", "check", str(PROCESSES / "_template"), "--json")
    assert (done.status, done.document["problems"]) == (0, [])


def test_every_problem_of_a_pack_has_its_place(cli: "Cli", tmp_path: Path) -> None:
    broken = tmp_path / "processes" / "broken"
    broken.mkdir(parents=True)
    (broken / "pack.yaml").write_text("key: broken\nwrong: 1\n", encoding="utf-8")
    done = cli("pack", "check", str(broken), "--json")
    assert done.status == 1
    assert all(
        set(problem) == {"code", "severity", "file", "element", "field", "message", "fix"}
        for problem in done.document["problems"]
    )
    assert "PACK_UNKNOWN_KEY" in {problem["code"] for problem in done.document["problems"]}


def test_a_pack_is_published_once(cli: "Cli") -> None:
    first = cli("pack", "publish", str(PROCESSES / "_template"), "--json").document
    again = cli("pack", "publish", str(PROCESSES / "_template"), "--json").document
    assert (first["version"], first["is_new"]) == (1, True)
    assert again == {**first, "is_new": False}


def test_the_template_rehearses_with_every_flow_taken(cli: "Cli") -> None:
    done = cli("pack", "rehearse", str(PROCESSES / "_template"), "--json")
    assert (done.status, done.document["passed"], done.document["not_taken"]) == (0, True, [])
    assert not cli.data.exists()


def test_a_scenario_that_fails_says_where_and_names_no_flows_it_leaves_out(
    cli: "Cli", tmp_path: Path
) -> None:
    scenario = sorted((PROCESSES / "_template" / "scenarios").glob("*.yaml"))[0]
    wrong = tmp_path / "wrong.yaml"
    lines = scenario.read_text(encoding="utf-8").replace("no_pursuit", "lenient")
    wrong.write_text(lines, encoding="utf-8")
    done = cli("pack", "rehearse", str(PROCESSES / "_template"), "--scenario", str(wrong))
    assert done.status == 1
    assert done.out.startswith("失败 wrong.yaml")
    assert "第7步" in done.out
    assert "没有走到" not in done.out


def test_a_whole_rehearsal_names_the_flows_no_scenario_takes(cli: "Cli", tmp_path: Path) -> None:
    for kind in ("processes", "forms"):
        shutil.copytree(PROCESSES.parent / kind / "_template", tmp_path / kind / "_template")
    shutil.copytree(PROCESSES / "_national", tmp_path / "processes" / "_national")
    folder = tmp_path / "processes" / "_template"
    for left_out in sorted((folder / "scenarios").glob("*.yaml"))[1:]:
        left_out.unlink()
    done = cli("pack", "rehearse", str(folder))
    assert done.out.startswith("通过")
    assert "没有走到" in done.out


def test_a_folder_called_like_a_command_is_a_folder(cli: "Cli") -> None:
    done = cli("--data", "calendar", "feel", "1 + 1")
    assert (done.status, done.out) == (0, "2\n")


def test_an_expression_is_evaluated_without_loading_the_database() -> None:
    loaded = "import sys, server.cli.expressions; print('sqlalchemy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"


def test_nothing_is_due_in_a_new_data_directory(cli: "Cli") -> None:
    done = cli("sweep", "--now", "2026-03-02T08:30+08:00", "--json")
    assert done.document == {"now": "2026-03-02T08:30:00+08:00", "done": [], "messages": 0}


def test_accounts_are_listed_with_their_posts(databases: Databases, cli: "Cli") -> None:
    with databases.copy("region", factory.fill_region) as url:
        cli.environ["RONGCUO_DATABASE_URL"] = url
        found = {row["login"]: row for row in cli("user", "list", "--json").document}
        head = found["county1.case_supervision.head"]
        assert head["posts"][0]["unit"] == "county1.case_supervision"
        assert head["posts"][0]["head"] is True
        assert "county1.case_supervision.head" in cli("user", "list").out


def test_the_chain_is_verified_and_a_break_named(databases: Databases, cli: "Cli") -> None:
    off = {
        "sqlite": "DROP TRIGGER audit_event_update",
        "postgresql": "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    }
    with databases.copy("region", factory.fill_region) as url:
        cli.environ["RONGCUO_DATABASE_URL"] = url
        whole = cli("audit", "verify", "--json")
        with factory.opened(url) as tools, tools.database.begin() as connection:
            connection.exec_driver_sql(off[connection.dialect.name])
            connection.exec_driver_sql("UPDATE audit_event SET actor_id = 'x' WHERE seq = 2")
        broken = cli("audit", "verify", "--json")
    assert (whole.status, whole.document["count"]) == (0, 3)
    assert (broken.status, broken.document["broken"]) == (1, 2)
    assert "第2条" in broken.errors[0]


def test_a_database_that_cannot_be_reached_is_one_line(cli: "Cli", tmp_path: Path) -> None:
    cli.environ["RONGCUO_DATABASE_URL"] = f"postgresql://nobody@/x?host={tmp_path}"
    assert_refused(cli("user", "list"))


def test_a_data_directory_that_is_a_file_is_one_line(cli: "Cli") -> None:
    cli.data.write_bytes(b"")
    assert_refused(cli("user", "list"))


def test_an_unforeseen_fault_is_one_line_without_a_traceback(
    cli: "Cli", monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_config: Config) -> Tools:
        raise LookupError("secret")

    monkeypatch.setattr(cli, "build", fail)
    done = cli("user", "list")
    assert_refused(done)
    assert "secret" not in done.errors[0]


def test_data_may_stand_before_the_command(cli: "Cli", tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    cli("--data", str(elsewhere), "user", "list")
    assert (elsewhere / "rongcuo.sqlite3").exists()
    assert elsewhere.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("command", [["-m", "server"], ["-m", "server", "--json"]])
def test_the_module_runs_as_a_program(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, *command, "feel", "1 + 1"],
        capture_output=True,
        check=True,
        cwd=SHIPPED,
        env={"RONGCUO_DATA": str(tmp_path), "PATH": ""},
        text=True,
    )
    assert (done.stdout, done.stderr) == ("2\n", "")


def assert_refused(done: "Done") -> None:
    """Status 1, nothing on stdout, one line in plain words on stderr."""
    assert (done.status, done.out) == (1, "")
    assert done.errors
    assert not any("Traceback" in line for line in done.errors)


class Done:
    """What a command came to."""

    def __init__(self, status: int, out: str, errors: str) -> None:
        self.status = status
        self.out = out
        self.errors = errors.splitlines()

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Cli:
    """The command line over a data directory of its own."""

    def __init__(self, data: Path, read: Callable[[], tuple[str, str]]) -> None:
        self.data = data
        self.environ = {"RONGCUO_DATA": str(data)}
        self.build = build
        self._read = read

    def __call__(self, *arguments: str) -> Done:
        try:
            status = run(arguments, self.environ, self.build, wiring)
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, errors = self._read()
        return Done(status, out, errors)


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    def read() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    return Cli(tmp_path / "data", read)


NOTICE = """
year: 2027
source: 国务院办公厅关于2027年部分节假日安排的通知
published_on: 2026-11-03
days_off: [2027-01-01..2027-01-03]
makeup_workdays: []
"""

DECISION = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">
  <decision id="fee" name="fee">
    <variable name="fee" typeRef="number"/>
    <informationRequirement><requiredInput href="#age"/></informationRequirement>
    <literalExpression><text>if age &lt; 18 then 10 else 20</text></literalExpression>
  </decision>
  <inputData id="age" name="age"><variable name="age" typeRef="number"/></inputData>
</definitions>
"""
