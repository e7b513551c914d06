"""What every command gets: the configuration, the tools when it asks for them, and the way out."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from server.config import IN_MEMORY, Config, in_folder
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding, Severity
from server.domain.texts import _

if TYPE_CHECKING:  # the tools come with the database: commands that need none start without
    from flask import Flask

    from server.jobs import Worker
    from server.services.context import Tools
    from server.telemetry import Meters

#: largest file a command reads, in bytes
MAX_INPUT = 20 * 1024 * 1024

_SEVERITIES = {
    Severity.ERROR: _("错误"),
    Severity.WARNING: _("警告"),
    Severity.INFO: _("提示"),
}


class Wiring(Protocol):
    """What a server is put together from; ``server.app`` is it."""

    def create_app(
        self,
        tools: "Tools",
        clock: Callable[[], datetime],
        *,
        is_secure: bool,
        secret: str,
        meters: "Meters",
    ) -> "Flask":
        """The pages and the API."""

    def create_worker(
        self, tools: "Tools", clock: Callable[[], datetime], meters: "Meters"
    ) -> "Worker":
        """The background work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Console:
    """One run of the command line."""

    build: Callable[[Config], "Tools"]
    #: what a server is put together from; loaded when it is asked for
    wiring: Callable[[], Wiring]
    config: Config
    as_json: bool
    #: the moment of this run, the one place where the wall clock is read
    now: datetime

    @property
    def has_database(self) -> bool:
        """True unless the database would be a new file in the data directory."""
        file = in_folder(self.config.data)
        return self.config.database_url != file or Path(file.split("///")[1]).exists()

    @contextmanager
    def tools(self) -> Iterator["Tools"]:
        """The tools without a database that is ready: for what needs none."""
        tools = self.build(self.config)
        try:
            yield tools
        finally:
            tools.database.dispose()

    @contextmanager
    def in_memory(self) -> Iterator["Tools"]:
        """The tools over an empty database that is gone afterwards."""
        tools = self.build(replace(self.config, database_url=IN_MEMORY))
        try:
            yield tools
        finally:
            tools.database.dispose()

    def say(self, document: Json, lines: Sequence[str]) -> None:
        """Print the document with ``--json``, else the lines."""
        if self.as_json:
            write_json(document)
        else:
            for line in lines:
                print(line)


def write_json(document: Json) -> None:
    """Print one JSON document on one line."""
    print(json.dumps(document, ensure_ascii=False))


def complain(text: str) -> None:
    """Print one line on stderr."""
    print(" ".join(text.split()), file=sys.stderr)


def read_bytes(path: Path) -> bytes:
    """The content of a file somebody named.

    Raises Invalid, in plain words, when it cannot be read or is too large.
    """
    try:
        if path.stat().st_size > MAX_INPUT:
            raise Invalid(_("文件“{file}”太大").format(file=path))
        return path.read_bytes()
    except FileNotFoundError:
        raise Invalid(_("没有文件“{file}”").format(file=path)) from None
    except IsADirectoryError:
        raise Invalid(_("“{file}”是文件夹，不是文件").format(file=path)) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Invalid(_("无法读取文件“{file}”：{why}").format(file=path, why=reason)) from None


def finding_line(finding: Finding) -> str:
    """One problem on one line."""
    place = " ".join(part for part in (finding.file, finding.element, finding.field) if part)
    text = f"{_SEVERITIES[finding.severity]} {finding.code} {place}：{finding.message}"
    return text + (_("（{fix}）").format(fix=finding.fix) if finding.fix else "")
