"""The packs a server finds when it starts: published with warnings logged, unchanged ones left."""

import logging
from pathlib import Path

from server.adapters.packs import read_folder
from server.domain.errors import Invalid
from server.domain.findings import Severity
from server.domain.texts import _
from server.services.context import Context
from server.services.packs import definitions
from server.services.packs.definitions import Published

_log = logging.getLogger(__name__)


def publish(ctx: Context, root: Path) -> tuple[Published, ...]:
    """Publish every pack of ``root/processes``; what begins with an underscore is no pack of ours.

    Raises Invalid for the first pack that has errors; then none of this call is published.
    """
    return tuple(_publish(ctx, folder) for folder in folders(root))


def folders(root: Path) -> list[Path]:
    """The folders of the packs, in the order of their names."""
    return [
        file.parent
        for file in sorted((root / "processes").glob("*/pack.yaml"))
        if not file.parent.name.startswith("_")
    ]


def _publish(ctx: Context, folder: Path) -> Published:
    try:
        done = definitions.publish(ctx, read_folder(folder), accept_warnings=_("随程序启动发布"))
    except Invalid as refused:
        for finding in refused.findings:
            _log.error("pack refused", extra={"pack": folder.name, "code": finding.code})
        raise
    if done.is_new:
        warnings = [one.code for one in done.findings if one.severity is Severity.WARNING]
        _log.warning(
            "pack published",
            extra={"pack": done.key, "version": done.version, "warnings": warnings},
        )
    return done
