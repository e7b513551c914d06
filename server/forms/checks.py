"""Whether a form-js schema may be published: every problem at once (FRONTEND section 6).

A schema that passes draws the same in the browser and means the same on the server: known
components and attributes, keys that are safe as names in FEEL, options that exist, limits that
can be met. What concerns its expressions stands in ``expressions``.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import orjson

from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding, Severity, has_errors
from server.domain.packs import CodeList
from server.domain.texts import _
from server.engine.feel_names import reserved_names
from server.forms import components as known
from server.forms import fields as tree
from server.forms import naming
from server.forms.expressions import faults
from server.forms.fields import Field, flat
from server.forms.findings import Place, finding
from server.forms.visibility import LOCAL_NAMES

#: largest form file, in bytes
MAX_FORM: Final = 512 * 1024
_MOST_COMPONENTS: Final = 500
_MOST_NESTED: Final = 8
_MOST_DEPTH: Final = 64
_NAME: Final = re.compile(r"[^\W\d_]\w*")
_TAG: Final = re.compile(r"<\s*/?[A-Za-z!]")
_CJK: Final = "\u4e00-\u9fff"
#: half-width punctuation that touches a Chinese character
_HALF_WIDTH: Final = re.compile(f"[{_CJK}][,:;?!()]|[,:;?!()][{_CJK}]")
#: attributes that people read
_READ: Final = ("label", "description", "dateLabel", "timeLabel", "text", "alt")
#: names that mean something else in every expression of a form
_TAKEN: Final = reserved_names() | LOCAL_NAMES | {"settings"}
_BOUNDS: Final = (("min", "max"), ("minLength", "maxLength"), ("minItems", "maxItems"))


def check(
    name: str,
    content: bytes,
    *,
    lists: Mapping[str, CodeList],
    variables: Collection[str],
    evaluate: Evaluate,
) -> list[Finding]:
    """Every reason why this form file may not be published, and what should be mended in it.

    ``variables`` are the names that expressions may read besides the keys of the form itself.
    """
    schema = _read(content)
    if isinstance(schema, str):
        return [finding(Place(name), "FORM_UNREADABLE", schema)]
    placed = list(_placed(schema, Place(name)))
    found = [*_form(schema, name, len(placed))]
    for place, entry in placed:
        found += _component(place, entry)
        found += _texts(place, entry)
        if entry.get("type") in known.VALUES or entry.get("type") in known.CONTAINERS:
            found += _field(place, entry, lists)
    fields = tree.read(schema.get("components"))
    found += _keys(fields, Place(name))
    if not has_errors(found):
        # expressions are asked about only in a schema whose shape is known to be sound
        found += faults(placed, fields, frozenset(variables), evaluate)
    return found


def _read(content: bytes) -> dict[str, Json] | str:
    """The schema, or why there is none."""
    if len(content) > MAX_FORM:
        return _("表单文件超过512kB")
    try:
        schema = orjson.loads(content)
    except orjson.JSONDecodeError:
        return _("不是有效的JSON文件（UTF-8编码）")
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        return _("不是form-js表单：缺少components")
    if _is_deep(schema):
        return _("表单嵌套过深")
    return schema


def _is_deep(schema: Json) -> bool:
    """True for data that would exhaust the stack of whoever walks it."""
    level = [schema]
    for _depth in range(_MOST_DEPTH):
        level = [
            inner
            for it in level
            if isinstance(it, dict | list)
            for inner in (it.values() if isinstance(it, dict) else it)
        ]
    return bool(level)


def _placed(
    parent: Mapping[str, Any], place: Place, depth: int = 0
) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Every component with the place it is reported at."""
    children = parent.get("components")
    for number, entry in enumerate(children if isinstance(children, list) else []):
        if not isinstance(entry, Mapping):
            yield place.at(f"{place.element}[{number}]", ""), {}
            continue
        element = str(entry.get("id") or entry.get("key") or f"components[{number}]")
        here = place.at(element, tree.label_of(entry) or element)
        yield here, entry
        if depth < _MOST_NESTED:
            yield from _placed(entry, here, depth + 1)
        elif entry.get("components"):
            yield here, {"type": "", "nested": True}


def _form(schema: Mapping[str, Any], name: str, count: int) -> Iterator[Finding]:
    place = Place(name)
    if schema.get("type") != "default":
        yield finding(place, "FORM_TYPE_UNKNOWN", _("表单的type应为default"), field="type")
    for key in schema.keys() - known.FORM:
        message = _("表单不允许有“{key}”").format(key=key)
        yield finding(place, "FORM_ATTRIBUTE", message, field=key, fix=_("删除该项"))
    if count > _MOST_COMPONENTS:
        message = _("表单有{n}个组件，最多{most}个").format(n=count, most=_MOST_COMPONENTS)
        yield finding(place, "FORM_TOO_LARGE", message)


def _component(place: Place, entry: Mapping[str, Any]) -> Iterator[Finding]:
    component = entry.get("type")
    if entry.get("nested"):
        yield finding(place, "FORM_NESTED", _("“{label}”嵌套过深").format(label=place.label))
    elif component in known.REFUSED:
        message = _("“{label}”是{component}组件，不允许使用").format(
            label=place.label, component=component
        )
        yield finding(place, "FORM_COMPONENT_REFUSED", message, fix=_("改用文字或者图片组件"))
    elif not isinstance(component, str) or not known.is_known(component):
        message = _("“{label}”的组件类型{component}无法识别").format(
            label=place.label, component=component
        )
        yield finding(place, "FORM_COMPONENT_UNKNOWN", message, fix=_("改用可用的组件"))
    else:
        yield from _attributes(place, entry, component)


def _attributes(place: Place, entry: Mapping[str, Any], component: str) -> Iterator[Finding]:
    limits = entry.get("validate") or {}
    unknown = [*(entry.keys() - known.attributes(component))]
    if isinstance(limits, Mapping):
        unknown += [f"validate.{key}" for key in limits.keys() - known.VALIDATE]
    else:
        unknown.append("validate")
    for key in sorted(unknown):
        message = _("“{label}”不允许有“{key}”").format(label=place.label, key=key)
        yield finding(place, "FORM_ATTRIBUTE", message, field=key, fix=_("删除该项"))
    source = entry.get("source")
    if component == "image" and not (isinstance(source, str) and source.startswith("/static/")):
        message = _("图片“{label}”的来源不在/static/之下").format(label=place.label)
        yield finding(place, "FORM_IMAGE", message, field="source", fix=_("改用系统自带的图片"))


def _texts(place: Place, entry: Mapping[str, Any]) -> Iterator[Finding]:
    """Texts that people read: no markup, Chinese punctuation in full width."""
    texts = [(key, entry.get(key)) for key in _READ]
    options = entry.get("values")
    for number, option in enumerate(options if isinstance(options, list) else []):
        if isinstance(option, Mapping):
            texts.append((f"values[{number}].label", option.get("label")))
    limits = entry.get("validate")
    if isinstance(limits, Mapping):
        texts.append(("validate.patternErrorMessage", limits.get("patternErrorMessage")))
    for key, text in texts:
        if not isinstance(text, str) or text.startswith("="):
            continue
        if _TAG.search(text):
            message = _("“{label}”的文字含有HTML标签").format(label=place.label)
            yield finding(place, "FORM_MARKUP", message, field=key, fix=_("删除标签，只保留文字"))
        if _HALF_WIDTH.search(text):
            message = _("“{label}”的中文中有半角标点").format(label=place.label)
            yield finding(
                place,
                "FORM_HALF_WIDTH",
                message,
                field=key,
                fix=_("改为全角标点"),
                severity=Severity.WARNING,
            )


def _keys(fields: tuple[Field, ...], place: Place) -> Iterator[Finding]:
    """Keys are names in FEEL and in JSON: safe, and one per level."""
    seen: set[str] = set()
    for each in flat(fields):
        here = place.at(str(each.schema.get("id") or each.key), each.label or each.key)
        if not _NAME.fullmatch(each.key) or each.key in _TAKEN:
            message = _("“{label}”的键“{key}”不能作为变量名").format(label=here.label, key=each.key)
            fix = _("键以字母开头，由字母、数字和下划线组成，且不是FEEL的词或者函数名")
            yield finding(here, "FORM_KEY", message, field="key", fix=fix)
        elif each.key in seen:
            message = _("键“{key}”用了两次").format(key=each.key)
            yield finding(here, "FORM_KEY_TWICE", message, field="key", fix=_("改用不同的键"))
        seen.add(each.key)
        if each.is_container:
            yield from _keys(each.children, here)


def _field(
    place: Place, entry: Mapping[str, Any], lists: Mapping[str, CodeList]
) -> Iterator[Finding]:
    component = entry["type"]
    limits = entry.get("validate")
    limits = limits if isinstance(limits, Mapping) else {}
    if component in known.ONE_OF | known.MANY_OF:
        yield from _options(place, entry, lists)
    if component == "datetime":
        yield from _datetime(place, entry)
    if limits.get("validationType") == "phone":
        message = _("“{label}”使用了电话校验，它只接受带国际区号的号码").format(label=place.label)
        fix = _("改用pattern，例如手机号^1\\d{10}$")
        yield finding(place, "FORM_PHONE", message, field="validate.validationType", fix=fix)
    if limits.get("pattern") and not limits.get("patternErrorMessage"):
        message = _("“{label}”有格式要求，但没有中文说明").format(label=place.label)
        fix = _("在patternErrorMessage中写明应怎样填写")
        yield finding(place, "FORM_PATTERN_TEXT", message, field="validate.pattern", fix=fix)
    for least, most in _BOUNDS:
        low, high = limits.get(least), limits.get(most)
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            message = _("“{label}”的下限大于上限").format(label=place.label)
            yield finding(place, "FORM_LIMITS", message, field=f"validate.{least}")
    yield from naming.faults(place, entry)


def _options(
    place: Place, entry: Mapping[str, Any], lists: Mapping[str, CodeList]
) -> Iterator[Finding]:
    sources = [key for key in ("values", "valuesKey", "valuesExpression") if key in entry]
    if len(sources) != 1:
        message = _("“{label}”的选项应有且只有一个来源").format(label=place.label)
        fix = _("写values、valuesKey、valuesExpression三者之一")
        yield finding(place, "FORM_OPTIONS", message, field="values", fix=fix)
        return
    key = entry.get("valuesKey")
    if isinstance(key, str) and key.startswith("list_"):
        found = lists.get(key.removeprefix("list_"))
        if found is None:
            message = _("“{label}”的选项清单“{key}”不在政策包中").format(label=place.label, key=key)
            fix = _("在pack.yaml的lists中加入该清单")
            yield finding(place, "FORM_LIST_UNKNOWN", message, field="valuesKey", fix=fix)
        return
    if sources == ["values"] and not _sound(entry["values"]):
        message = _("“{label}”的选项应各有不同的value和label").format(label=place.label)
        yield finding(place, "FORM_OPTIONS", message, field="values")


def _sound(options: Json) -> bool:
    if not isinstance(options, list) or not options:
        return False
    if not all(isinstance(it, Mapping) and it.get("label") for it in options):
        return False
    values = [it.get("value") for it in options]
    return None not in values and len({(type(v), str(v)) for v in values}) == len(values)


def _datetime(place: Place, entry: Mapping[str, Any]) -> Iterator[Finding]:
    subtype = entry.get("subtype", "date")
    if subtype not in known.DATES:
        message = _("“{label}”的subtype应为date、time或者datetime").format(label=place.label)
        yield finding(place, "FORM_SUBTYPE", message, field="subtype")
    elif subtype != "date" and entry.get("timeSerializingFormat") != "no_timezone":
        message = _("“{label}”的时间应不带时区").format(label=place.label)
        fix = _("timeSerializingFormat写no_timezone，含义为北京时间")
        yield finding(place, "FORM_TIME_ZONE", message, field="timeSerializingFormat", fix=fix)
