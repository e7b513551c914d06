"""Which law a case runs on: documents of its own version, and whether others begin on a newer."""

from dataclasses import dataclass
from datetime import date

from server.domain.lifecycle import OVER
from server.domain.sources import Source
from server.models.definition import PackVersion
from server.queries.case_files import Head
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Newer:
    """The version that cases opened today begin on."""

    version: int
    valid_from: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Law:
    """What a case runs on until somebody moves it."""

    #: documents its version rests on, in their order
    documents: tuple[Source, ...]
    #: None for a case that is over, and where its own version is the one in force
    newer: Newer | None


def of_case(ctx: Context, head: Head, release: Release) -> Law:
    """The law of a case its reader may see."""
    newer = None if head.status in OVER else _newer(ctx, head)
    return Law(documents=tuple(release.pack.sources.values()), newer=newer)


def _newer(ctx: Context, head: Head) -> Newer | None:
    bound = definitions.bound(ctx, head.procedure, ctx.today)
    if bound is None or bound == head.pack_version_id:
        return None
    row = ctx.session.get_one(PackVersion, bound)
    return Newer(version=row.version, valid_from=row.valid_from)
