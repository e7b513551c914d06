"""A published pack version, loaded: everything a case of it runs on, immutable."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from server.adapters.packs import PackFiles, parse
from server.domain.errors import StateUnreadable
from server.domain.expressions import Evaluate, Json
from server.domain.field_rights import FieldRights
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.engine.definitions import gate
from server.engine.dmn import Decisions
from server.engine.graph import ProcessGraph
from server.engine.port import Files
from server.forms import compiler, permitted, signing
from server.forms.compiler import Form
from server.services.law.charts import chart
from server.services.law.routing import Parts, fields_of, routing_variables

#: types of values that JSON has no type for
TYPED = frozenset({"date", "dateTime", "time", "duration"})

_FORM = ".form.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A pack version with what its files say, ready for the engine and the form compiler."""

    #: id of the pack_version
    id: str
    version: int
    pack: PolicyPack
    #: procedure key -> what the engine runs
    files: Mapping[str, Files]
    #: form key (``proposal``) -> form-js schema; with the built-in ones (``forms/signing``)
    forms: Mapping[str, dict[str, Json]]
    #: form key -> hash of the file, the form an answer was given with
    form_hashes: Mapping[str, str]
    #: procedure key -> routing variable -> type (string number boolean date dateTime list …)
    routing: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: every field of every form -> type: what expressions of the pack may name besides
    fields: Mapping[str, str] = field(default_factory=dict)
    #: form key -> its schema as the server reads it
    compiled: Mapping[str, Form] = field(default_factory=dict)
    #: template name -> letter that papers are written with
    letters: Mapping[str, bytes] = field(default_factory=dict)

    def at(self, node: str, form: str) -> "Release":
        """The release as this task, or this start, may use its form (``forms/permitted``)."""
        return self.asking(form, self.pack.fields.get(node))

    def asking(self, form: str, rights: FieldRights | None) -> "Release":
        """The release with this form as these rights leave it."""
        if rights is None or form not in self.forms:
            return self
        schema = permitted.restricted(self.forms[form], rights)
        return replace(
            self,
            forms={**self.forms, form: schema},
            compiled={**self.compiled, form: compiler.compiled(schema)},
        )


def load(stored: PackFiles, evaluate: Evaluate, *, id: str = "", version: int = 0) -> Release:
    """The release of files that were checked before.

    Raises:
        StateUnreadable: the files do not read as they did when they were published.
    """
    pack, findings = parse(stored)
    if pack is None:
        raise _unreadable(findings[0].message)
    forms = {name.removesuffix(_FORM): data for name, data in stored.of(_FORM).items()}
    schemas = {key: json.loads(data) for key, data in forms.items()}
    diagrams = {name: _normalised(name, data) for name, data in stored.of(".bpmn").items()}
    decisions = stored.of(".dmn")
    asked = Decisions(decisions)
    files, routing = {}, {}
    for key, procedure in pack.procedures.items():
        bare = Files(process=key, diagrams=diagrams, decisions=decisions)
        drawn = chart(bare)
        graph = ProcessGraph(nodes=tuple(drawn.nodes.values()), flows=tuple(drawn.flows.values()))
        parts = Parts(pack=pack, graph=graph, decisions=asked, forms=schemas)
        routing[key] = routing_variables(parts, procedure, evaluate)
        files[key] = Files(
            process=key,
            diagrams=diagrams,
            decisions=decisions,
            variables=frozenset(routing[key]),
            types={name: kind for name, kind in routing[key].items() if kind in TYPED},
        )
    given = {**schemas, **signing.FORMS}
    compiled = {key: compiler.compiled(schema) for key, schema in given.items()}
    hashes = {key: sha256(data).hexdigest() for key, data in forms.items()}
    return Release(
        id=id,
        version=version,
        pack=pack,
        files=files,
        forms=given,
        form_hashes={**{key: compiled[key].hash for key in signing.FORMS}, **hashes},
        routing=routing,
        fields={name: kind for one in schemas.values() for name, kind in fields_of(one).items()},
        compiled=compiled,
        letters={name: stored.files[path] for name, path in stored.letters().items()},
    )


def _normalised(name: str, data: bytes) -> bytes:
    gated = gate(name, data)
    if gated.normalised is None:
        raise _unreadable(name)
    return gated.normalised


def _unreadable(detail: str) -> StateUnreadable:
    return StateUnreadable(_("已发布的政策包无法读取"), detail=detail)
