"""The accounts a visitor of a drill may try, as a data file says them; all problems at once."""

from dataclasses import dataclass
from pathlib import Path

from server.adapters import yaml_files
from server.adapters.reading import REQUIRED, Node, Report
from server.domain.findings import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountEntry:
    """One account, and what it is good for."""

    group: str
    login: str
    step: str
    what: str


def read_accounts(file: Path) -> tuple[tuple[AccountEntry, ...], list[Finding]]:
    """The accounts in the order of the file, and every problem of it."""
    value, findings = yaml_files.load(file.name, file.read_bytes())
    if findings:
        return (), findings
    report = Report(file.name)
    root = Node(value if value is not None else "", "", report)
    found = tuple(entry for group in root.rows("groups") for entry in _group(group))
    root.finish()
    return found, report.findings


def _group(node: Node) -> list[AccountEntry]:
    title = node.text("title", REQUIRED)
    entries = [_entry(person, title) for person in node.rows("people")]
    node.finish()
    return entries


def _entry(node: Node, group: str) -> AccountEntry:
    entry = AccountEntry(
        group=group,
        login=node.text("login", REQUIRED),
        step=node.text("step", REQUIRED),
        what=node.text("what", REQUIRED),
    )
    node.finish()
    return entry
