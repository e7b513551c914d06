"""Packs beside the rehearsed one whose procedures its messages begin, or its scenarios play before:
published with it.

So a rehearsal really begins the other case, and says what its start form would not take. A pack
that is not there yet is left out, as it would be in an installation: the message is recorded.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from server.adapters import packs
from server.adapters.packs import PackFiles
from server.domain.errors import NotFound
from server.domain.findings import has_errors
from server.domain.packs import PolicyPack
from server.services.context import Context
from server.services.packs import definitions, published_files
from server.services.rehearsing import region_gaps


def publish(ctx: Context, beside: Iterable[PackFiles]) -> None:
    """Publish these packs, as far as they read; they were checked when they were published."""
    for files in beside:
        found, findings = packs.parse(files)
        if found is not None and not has_errors(findings):
            definitions.publish(ctx, files, checked=(found, ()))
            region_gaps.fill(ctx, found)


def in_folder(pack: PolicyPack, folder: Path, played: Collection[str] = ()) -> list[PackFiles]:
    """Every pack beside this folder that holds a procedure the pack's messages begin, or one of
    those that are ``played``."""
    holders = _holders(folder, wanted(pack, played))
    return [packs.read_folder(beside) for beside in dict.fromkeys(holders)]


def published(ctx: Context, pack: PolicyPack, played: Collection[str] = ()) -> list[PackFiles]:
    """The same of the packs of this installation: the newest version of each."""
    keys = set()
    for procedure in wanted(pack, played):
        with suppress(NotFound):
            keys.add(definitions.in_force(ctx, procedure, ctx.today).pack.key)
    return [published_files.newest_files(ctx, key) for key in sorted(keys - {pack.key})]


def wanted(pack: PolicyPack, played: Collection[str]) -> set[str]:
    """The procedures that are neither in the pack nor dispensable."""
    begun = {message.opens for message in pack.messages.values()}
    return begun.union(played) - {"", *pack.procedures}


def _holders(folder: Path, procedures: set[str]) -> Iterator[Path]:
    """Folders whose pack.yaml has an entry of this name; reading them all would take seconds."""
    for written in sorted(folder.resolve().parent.glob("*/pack.yaml")) if procedures else ():
        content = written.read_text(encoding="utf-8", errors="replace")
        names = "|".join(re.escape(each) for each in sorted(procedures))
        if written.parent != folder.resolve() and re.search(rf"^  ({names}):", content, re.M):
            yield written.parent
