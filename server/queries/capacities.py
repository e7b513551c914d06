"""What the roles of each pack version are in a case, read from the pack as it was published.

A version never changes: what was read of it once is kept for as long as the program runs.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.adapters.packs import PackFiles, parse
from server.domain.errors import StateUnreadable
from server.domain.roles import Capacities, Capacity, capacity_of
from server.domain.texts import _
from server.models.definition import PackVersion, ProcessDefinition

_PACK: Final = "/pack.yaml"
_KNOWN: Final[dict[str, Capacities]] = {}


def of_versions(session: Session, ids: Collection[str]) -> Mapping[str, Capacities]:
    """Role -> capacity in each of these pack versions; no statement once they are known.

    Raises:
        StateUnreadable: a stored pack is missing or does not read as it did when published.
    """
    unknown = sorted(set(ids) - _KNOWN.keys())
    if unknown:
        _KNOWN.update(_read(session, unknown))
    return {version: _KNOWN[version] for version in ids}


def of_all(session: Session) -> Mapping[str, Capacities]:
    """The same of every version a case can run on."""
    published = select(PackVersion.id).where(PackVersion.state != "proposed")
    return of_versions(session, session.scalars(published).all())


def split(
    versions: Mapping[str, Capacities], wanted: Collection[Capacity]
) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
    """Roles that have one of these capacities: in every version, and in some versions only.

    The second is role -> versions; nearly always it is empty or short, so that a condition on a
    role needs no version.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for version, roles in versions.items():
        for key in roles:
            if capacity_of(roles, key) in wanted:
                found[key].add(version)
    everywhere = frozenset(key for key, where in found.items() if len(where) == len(versions))
    some = {key: frozenset(where) for key, where in found.items() if key not in everywhere}
    return everywhere, some


def _read(session: Session, ids: Collection[str]) -> Mapping[str, Capacities]:
    rows = session.execute(
        select(PackVersion.id, PackVersion.key, PackVersion.files).where(PackVersion.id.in_(ids))
    ).all()
    hashes = {one for row in rows for path, one in row.files.items() if path.endswith(_PACK)}
    contents = {
        row.hash: row.content
        for row in session.execute(
            select(ProcessDefinition.hash, ProcessDefinition.content).where(
                ProcessDefinition.hash.in_(hashes)
            )
        )
    }
    return {
        row.id: _capacities(
            PackFiles(
                key=row.key,
                files={
                    path: contents.get(one, b"")
                    for path, one in row.files.items()
                    if path.endswith(_PACK)
                },
            )
        )
        for row in rows
    }


def _capacities(files: PackFiles) -> Capacities:
    pack, _findings = parse(files)
    if pack is None:
        raise StateUnreadable(_("已发布的政策包无法读取"), detail=files.key)
    return pack.capacities
