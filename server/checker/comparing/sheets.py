"""Two forms field by field, and two pack.yaml entry by entry."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from server.adapters import yaml_files
from server.checker.comparing.changes import Change, Part, Unreadable, compared
from server.domain.texts import _

_PROPERTIES: Final = {
    "type": _("种类"),
    "description": _("说明"),
    "values": _("选项"),
    "valuesExpression": _("选项"),
    "readonly": _("只读"),
    "disabled": _("不可填"),
    "conditional": _("不显示的条件"),
    "validate": _("填写要求"),
    "expression": _("计算"),
    "text": _("文字"),
    "properties": _("其他"),
    "defaultValue": _("默认值"),
}
_LEFT_OUT: Final = frozenset({"id", "key", "label", "layout", "components", "dateLabel", "path"})
#: heading in pack.yaml -> what people call it
KINDS: Final = {
    "sources": _("依据文件"),
    "roles": _("岗位和机构"),
    "procedures": _("程序"),
    "lanes": _("办理机关"),
    "events": _("节点日期"),
    "deadlines": _("期限"),
    "decisions": _("集体决定"),
    "together": _("会签"),
    "agendas": _("定期会议"),
    "lists": _("名单"),
    "messages": _("消息"),
    "settings": _("设置项"),
    "papers": _("文书"),
    "rules": _("填写规则"),
    "appoints": _("指定人员"),
    "returns": _("退回"),
    "reopen": _("重新办理"),
    "withdrawals": _("撤回申请"),
    "fields": _("字段权限"),
    "recusal": _("回避"),
    "incompatible": _("不相容岗位"),
    "handover": _("移送"),
    "registers": _("登记簿"),
    "campaigns": _("专项活动"),
    "earlier": _("以前的事项"),
    "desk": _("办公规则"),
}
#: words of values that stand in many entries
_FIELDS: Final = {
    "title": _("名称"),
    "interval": _("期间"),
    "n": _("天数"),
    "unit": _("单位"),
    "origin": _("起算"),
    "met_by": _("办结于"),
    "cancelled_by": _("不再计算于"),
    "ladder": _("提醒和上报"),
    "extend": _("延长"),
    "stop": _("中止"),
    "basis": _("依据"),
    "when": _("条件"),
    "office": _("机构"),
    "level": _("层级"),
    "items": _("条目"),
    "text": _("文字"),
    "force": _("效力"),
    "roll": _("遇休息日"),
    "read": _("只读"),
    "hidden": _("不显示"),
    "value": _("值"),
    "version": _("版本名"),
    "valid_from": _("施行日期"),
}


def compare_forms(before: bytes, after: bytes) -> list[Change]:
    """Field by field; a field is known by its key, what has none by its id.

    Raises:
        Unreadable: one of the two cannot be read.
    """
    return list(compared(dict(_fields(before)), dict(_fields(after))))


def compare_packs(before: bytes, after: bytes) -> list[Change]:
    """Entry by entry, down to the value that is another one.

    Raises:
        Unreadable: one of the two cannot be read.
    """
    return list(compared(dict(_entries(before)), dict(_entries(after))))


def _fields(content: bytes) -> Iterator[tuple[str, Part]]:
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    yield from _components(schema.get("components") if isinstance(schema, dict) else None, "")


def _components(components: Any, around: str) -> Iterator[tuple[str, Part]]:
    for each in components if isinstance(components, list) else ():
        if not isinstance(each, Mapping):
            continue
        key = str(each.get("key") or each.get("path") or each.get("id") or "")
        label = str(each.get("label") or each.get("dateLabel") or each.get("timeLabel") or key)
        shown = f"{around} › {label}" if around else label
        properties = {_("名称"): label}
        for name, value in each.items():
            if name not in _LEFT_OUT:
                properties[_PROPERTIES.get(str(name), str(name))] = words(value)
        yield f"{around}/{key}", Part(label=shown, properties=properties)
        yield from _components(each.get("components"), shown)


def _entries(content: bytes) -> Iterator[tuple[str, Part]]:
    value, findings = yaml_files.load("pack.yaml", content)
    if findings or not isinstance(value, Mapping):
        raise Unreadable
    plain = {}
    for key_of, inner in value.items():
        name = str(key_of)
        heading = KINDS.get(name, name)
        if isinstance(inner, Mapping):
            for key, entry in inner.items():
                yield f"{name}.{key}", _entry(heading, str(key), entry)
        elif isinstance(inner, list) and name in KINDS:
            for nth, entry in enumerate(inner, 1):
                yield f"{name}.{nth}", _entry(heading, _("第{n}条").format(n=nth), entry)
        else:
            plain[_FIELDS.get(name, name)] = words(inner)
    yield "", Part(label=_("政策包"), properties=plain)


def _entry(heading: str, key: str, entry: Any) -> Part:
    title = entry.get("title") if isinstance(entry, Mapping) else None
    label = f"{heading}“{title or key}”"
    if not isinstance(entry, Mapping):
        return Part(label=label, properties={"": words(entry)})
    properties = {}
    for name, value in entry.items():
        if name == "items" and isinstance(value, list):
            for nth, item in enumerate(value, 1):
                code = item.get("code", nth) if isinstance(item, Mapping) else nth
                properties[_("条目{code}").format(code=code)] = words(item)
        else:
            properties[_FIELDS.get(name, str(name))] = words(value)
    return Part(label=label, properties=properties)


def words(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, list):
        return "；".join(words(each) for each in value)
    return "" if value is None else str(value)


def _of_mapping(value: Mapping[Any, Any]) -> str:
    if set(value) == {"n", "unit"}:
        units = {"working": _("个工作日"), "calendar": _("个日历日"), "month": _("个月")}
        return f"{value['n']}{units.get(value['unit'], value['unit'])}"
    if "value" in value and "label" in value:
        return f"{value['label']}（{value['value']}）"
    named = ((_FIELDS.get(str(name), str(name)), words(each)) for name, each in value.items())
    return "，".join(f"{name}：{each}" for name, each in named)
