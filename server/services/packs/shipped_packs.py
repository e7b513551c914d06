"""The packs a server finds when it starts: published with warnings logged, unchanged ones left."""

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from server.adapters.packs import PackFiles, read_folder
from server.domain.access import SYSTEM
from server.domain.errors import Invalid
from server.domain.findings import Severity
from server.domain.texts import _
from server.services.context import Context, Tools, reading, transaction
from server.services.packs import definitions
from server.services.packs.definitions import Checked, Published

_log = logging.getLogger(__name__)


def publish(tools: Tools, now: datetime, roots: Sequence[Path]) -> tuple[Published, ...]:
    """Publish every new or changed pack of ``root/processes`` of each root, all of them or none.

    A pack that a designer changed here is his: what comes with the program does not replace it.
    Of two packs with the same key the one of the later root counts. They are checked before the
    transaction begins, so that others who start at the same time do not wait for it. What begins
    with an underscore is no pack of ours.

    Raises Invalid for the first pack that has errors; then none of this call is published.
    """
    found = {folder.name: folder for root in roots for folder in folders(root)}
    packs = [read_folder(folder) for folder in found.values()]
    with reading(tools, SYSTEM, now) as ctx:
        known = [files.key for files in packs if definitions.is_superseded(ctx, files)]
        fresh = [
            files
            for files in packs
            if files.key not in known and not definitions.is_published(ctx, files)
        ]
    if known:
        _log.info("packs of our own kept", extra={"packs": known})
    checked = definitions.check_ours(tools, fresh)
    with transaction(tools, SYSTEM, now) as ctx:
        return tuple(
            _publish(ctx, files, known) for files, known in zip(fresh, checked, strict=True)
        )


def folders(root: Path) -> list[Path]:
    """The folders of the packs, in the order of their names."""
    return [
        file.parent
        for file in sorted((root / "processes").glob("*/pack.yaml"))
        if not file.parent.name.startswith("_")
    ]


def _publish(ctx: Context, files: PackFiles, checked: Checked) -> Published:
    accepted = _("随程序启动发布")
    try:
        done = definitions.publish(ctx, files, accept_warnings=accepted, checked=checked)
    except Invalid as refused:
        for finding in refused.findings:
            _log.error("pack refused", extra={"pack": files.key, "code": finding.code})
        raise
    if done.is_new:
        warnings = [one.code for one in done.findings if one.severity is Severity.WARNING]
        _log.warning(
            "pack published",
            extra={"pack": done.key, "version": done.version, "warnings": warnings},
        )
    return done
