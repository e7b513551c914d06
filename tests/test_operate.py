"""What an operator copies fits the program: every command parses, every setting is one it reads."""

import configparser
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from server.cli import parser

ROOT = Path(__file__).parent.parent
OPERATE = ROOT / "docs" / "operate"
HOW_TO = ROOT / "docs" / "howto" / "operate.md"
UNITS = sorted(OPERATE.glob("*.service"))
PROGRAM = "/opt/rongcuo/bin/rongcuo"

#: what stands for something of one's own in the how-to
_OWN = re.compile(r"<[^<>]+>")
_VARIABLE = re.compile(r"\bRONGCUO_[A-Z_]+\b")


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_a_unit_starts_a_command_that_exists(file: Path) -> None:
    unit = read(file)
    service = unit["Service"]
    line = service["ExecStart"].replace("%i", "8001").replace("%%", "%")
    words = shlex.split(line)
    if words[:2] == ["/bin/sh", "-c"]:
        words = shlex.split(re.sub(r"\$\([^)]*\)", "now", words[2].removeprefix("exec ")))
    assert words[0] == PROGRAM
    assert understood(words[1:])
    assert service["User"] == "rongcuo"
    assert service["UMask"] == "0077"
    assert service["ProtectSystem"] == "strict"
    assert "/srv/rongcuo" in service["ReadWritePaths"].split()
    assert service["EnvironmentFile"] == "/etc/rongcuo/rongcuo.env"


@pytest.mark.parametrize("name", ["rongcuo", "rongcuo-web@", "rongcuo-worker@"])
def test_what_runs_on_comes_back_and_is_given_time_to_end(name: str) -> None:
    unit = read(OPERATE / f"{name}.service")
    assert unit["Service"]["Restart"] == "on-failure"
    assert int(unit["Service"]["TimeoutStopSec"]) >= 60
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_every_timer_has_its_service() -> None:
    timers = sorted(OPERATE.glob("*.timer"))
    assert len(timers) == 2
    for file in timers:
        assert read(file)["Timer"]["OnCalendar"]
        assert file.with_suffix(".service").is_file()


def test_the_container_runs_the_program_as_nobody_special() -> None:
    text = (OPERATE / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = dict(line.split(" ", 1) for line in text.splitlines() if line[:1].isupper())
    assert json.loads(lines["ENTRYPOINT"]) == [PROGRAM]
    assert understood(json.loads(lines["CMD"]))
    assert lines["USER"] == "rongcuo"
    check = json.loads(lines["HEALTHCHECK"].partition("CMD ")[2])
    compile(check[2], "healthcheck", "exec")
    for source in re.findall(r"^COPY (?!--from|\. )(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / name).is_file() for name in source.split()), source


def test_what_the_container_is_built_from_is_let_through() -> None:
    lines = (OPERATE / "Containerfile.dockerignore").read_text(encoding="utf-8").split()
    let = {line[1:] for line in lines if line.startswith("!")}
    assert all((ROOT / name).exists() for name in let)
    assert let >= {
        "server",
        "processes",
        "forms",
        "requirements",
        "pyproject.toml",
        "hatch_build.py",
    }
    assert let >= {"README.md", "esbuild.mjs", "build", "package.json", "package-lock.json"}


def test_the_services_of_the_compose_file_run_commands_that_exist() -> None:
    composed = yaml.safe_load((OPERATE / "compose.yaml").read_text(encoding="utf-8"))
    ours = [one for one in composed["services"].values() if one["image"] == "rongcuo"]
    commands = [one["command"] for one in ours]
    assert sorted(command[0] for command in commands) == ["web"] * 3 + ["worker"] * 2
    assert all(understood(command) for command in commands)
    kept = set(composed["volumes"])
    for service in composed["services"].values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in kept or source == "./tls" or (OPERATE / source).is_file(), source
        assert set(service.get("secrets", ())) <= set(composed["secrets"])


def test_the_proxy_covers_what_the_program_believes() -> None:
    text = (OPERATE / "nginx.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    for header in ("X-Forwarded-For $remote_addr", "X-Forwarded-Proto", "X-Forwarded-Host", "Host"):
        assert f"proxy_set_header {header}" in text
    assert "$request_uri" not in text.partition("log_format")[2].partition(";")[0]
    for name in ("upstream.conf", "compose.upstream.conf"):
        upstream = (OPERATE / name).read_text(encoding="utf-8")
        assert re.search(r"^upstream rongcuo \{$", upstream, re.MULTILINE)


def test_every_setting_that_is_named_is_one_the_program_reads() -> None:
    known = set(_VARIABLE.findall((ROOT / "server" / "config.py").read_text(encoding="utf-8")))
    composed = {"RONGCUO_HOST"}  # of the compose file alone
    for file in (*OPERATE.iterdir(), HOW_TO):
        named = set(_VARIABLE.findall(file.read_text(encoding="utf-8")))
        assert named <= known | composed, file.name


def test_every_command_of_the_how_to_parses() -> None:
    found = list(commands(HOW_TO.read_text(encoding="utf-8")))
    assert len(found) > 20
    for words in found:
        assert understood(words), words


def test_every_file_the_how_to_copies_is_there() -> None:
    text = HOW_TO.read_text(encoding="utf-8")
    named = set(re.findall(r"\boperate/([\w.@-]+\w)", text)) - {"secrets", "tls"}
    assert named
    assert all((OPERATE / name).is_file() for name in named), named


def read(file: Path) -> configparser.ConfigParser:
    """A unit."""
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(file.read_text(encoding="utf-8"))
    return unit


def understood(words: list[str]) -> bool:
    """Does the command line take these words?"""
    if "--help" in words:
        return True
    try:
        parser(words).parse_args(words)
    except SystemExit:
        return False
    return True


def commands(text: str) -> Iterator[list[str]]:
    """The commands of ours in the how-to: in its blocks, and in the text."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`((?:rc|rongcuo) [^`]+)`", text)
    for line in lines:
        if "rc()" in line or line.startswith("#"):
            continue
        own = _OWN.sub("own", line.partition("#")[0])
        begins = re.search(rf"(?:^rc|^rongcuo|{PROGRAM}) (.+)$", own)
        if begins:
            yield shlex.split(begins[1])
