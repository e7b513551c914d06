"""A published pack version, loaded: everything a case of it runs on, immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.expressions import Json
from server.domain.packs import PolicyPack
from server.engine.port import Files


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A pack version with what its files say, ready for the engine and the form compiler."""

    #: id of the pack_version
    id: str
    version: int
    pack: PolicyPack
    #: procedure key -> what the engine runs
    files: Mapping[str, Files]
    #: form key (``proposal``) -> form-js schema
    forms: Mapping[str, dict[str, Json]]
    #: form key -> hash of the file, the form an answer was given with
    form_hashes: Mapping[str, str]
    #: procedure key -> routing variable -> type (string number boolean date dateTime list …)
    routing: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
