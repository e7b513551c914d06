"""Forms of a play: what an official would be shown, with the made-up region to choose from.

Where a form asks for a person or a unit, an official looks him up among the real ones; in a play
he is chosen from the roles and people of the made-up region, under the names scenarios have for
them. Files are not handed in: a scenario has none.
"""

from collections.abc import Mapping
from typing import Any, Final

from server.domain.access import APPLICANT, SYSTEM, Actor
from server.domain.expressions import Json
from server.domain.jurisdiction import Level, region_at
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.forms import shown
from server.forms.fields import flat, read
from server.services.case import events, facts
from server.services.context import Context, reading, transaction
from server.services.files import sheets
from server.services.files.sheet_forms import FormSheet
from server.services.identity import people
from server.services.rehearsing import casting, open_items
from server.services.rehearsing.casting import Part
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import Step
from server.services.verbs import openings, work

_NAMED: Final = ("person", "unit")
#: where a form finds who may be named, followed by the kind
_SOURCE: Final = "made_up_"


def of_start(play: Play) -> dict[str, Json]:
    """The start form of the procedure."""
    release, key = play.release, play.scenario.procedure
    procedure = release.pack.procedures[key]
    node = openings.start_node(release, procedure)
    schema = release.at(node, procedure.start_form).forms[procedure.start_form]
    with reading(play.tools, SYSTEM, play.now) as ctx:
        days = events.entered_in(release, key, procedure.start_form)
        data = {
            **shown.options(schema, release.pack.lists),
            "settings": facts.settings_of(release),
            **dict.fromkeys(days, ctx.today.isoformat()),
            **procedure.defaults,
        }
        return _given(schema, data, _choices(ctx, release.pack))


def of_task(play: Play, step: Step) -> dict[str, Json]:
    """The form of the open task that a step means, as whoever acts is shown it.

    He claims the task for that, where nobody has: the stage has to be put back afterwards.

    Raises:
        RongcuoError: there is no such task, nobody plays the part, or he may not have it.
    """
    case = play.facts()
    if case is None:
        return {"schema": None, "data": {}, "locked": []}
    item = open_items.meant(case, step)
    with reading(play.tools, SYSTEM, play.now) as ctx:
        place = casting.place_of(ctx, case, step.level or item.level or "")
        part = Part(by=step.by, level=step.level)
        actor = casting.actor(ctx, play.release.pack, part, case, item, place)
        choices = _choices(ctx, play.release.pack)
    form = _seen_by(play, actor, item.id, is_taken=item.assignee_id is not None)
    if form is None:
        return {"schema": None, "data": {}, "locked": []}
    return _given(form.schema, form.data, choices)


def _seen_by(play: Play, actor: Actor, item_id: str, *, is_taken: bool) -> FormSheet | None:
    if not is_taken:
        with transaction(play.tools, actor, play.now) as ctx:
            work.claim(ctx, item_id)
    with reading(play.tools, actor, play.now) as ctx:
        return sheets.sheet(ctx, item_id).form


def _given(
    schema: Mapping[str, Any], data: Mapping[str, Json], choices: Mapping[str, list[Json]]
) -> dict[str, Json]:
    fields = list(flat(read(schema.get("components"))))
    locked = {each.key for each in fields if each.is_locked or each.component == "expression"}
    named = {each.key for each in fields if each.kind in _NAMED}
    kept = {key: value for key, value in data.items() if key not in named - locked}
    return {
        "schema": {
            **schema,
            "components": [shown_as(each) for each in schema.get("components", [])],
        },
        # ids of the made-up region mean nothing to anybody
        "data": {**kept, **{_SOURCE + kind: found for kind, found in choices.items()}},
        "locked": sorted(locked),
    }


def shown_as(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The component as a play shows it."""
    found = dict(entry)
    if isinstance(found.get("components"), list):
        found["components"] = [shown_as(each) for each in found["components"]]
    properties = found.get("properties")
    kind = properties.get("kind") if isinstance(properties, Mapping) else None
    if found.get("type") == "filepicker":
        return {"type": "text", "text": _("演练中不交文件：") + str(found.get("label", ""))}
    if kind in _NAMED and not found.get("readonly"):
        asked = ("key", "label", "conditional", "id")
        kept: dict[str, Any] = {key: found[key] for key in asked if key in found}
        is_required = bool((found.get("validate") or {}).get("required"))
        source = {"valuesKey": f"{_SOURCE}{kind}", "validate": {"required": is_required}}
        return {**kept, "type": "select", **source}
    if isinstance(properties, Mapping) and kind == "case":
        found["properties"] = {key: it for key, it in properties.items() if key != "kind"}
        found["description"] = _("演练前先办的事项写作before.1、before.2")
    return found


def _choices(ctx: Context, pack: PolicyPack) -> dict[str, list[Json]]:
    """What may stand for a person, and for a unit: roles first, as a scenario reads best so."""
    roles = [
        {"value": key, "label": role.title}
        for key, role in pack.roles.items()
        if key not in (APPLICANT, "subject")
    ]
    persons = [
        {"value": APPLICANT, "label": _("申请人")},
        *({**role, "label": _("{role}的人员").format(role=role["label"])} for role in roles),
    ]
    units: list[Json] = [{"value": APPLICANT, "label": _("申请人所在单位")}, *roles]
    offices: dict[str, str] = {}
    near = {region_at(casting.HOME, level) for level in Level}
    for person, held in people.accounts(ctx, ctx.today):
        if held and held[0].office.region in near:
            offices |= {held[0].office.key: held[0].office.name}
            label = f"{person.name}（{held[0].office.name}{held[0].title}）"
            persons.append({"value": person.login, "label": label})
    units += [{"value": key, "label": name} for key, name in sorted(offices.items())]
    return {"person": persons, "unit": units}
