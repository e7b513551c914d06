"""The JSON that may cross the engine port: copied and checked once, then never changed in place.

Tasks of one case share nested values, so nothing here or elsewhere in the engine may edit a
list or dict it did not make: results are written by replacing the whole value.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import orjson

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _

#: stands for "no such variable" where null is a value
MISSING: Final[Any] = object()

_NESTED: Final = (dict, list)
_FORBIDDEN_KEY: Final = "typename"
_DEEPEST: Final = 100
_LARGEST: Final = 2**63


def clean(values: Mapping[str, Json]) -> dict[str, Json]:
    """A deep copy of ``values`` that holds nothing but JSON.

    Raises:
        Invalid: another type, a key that is no text, the key ``typename`` at any depth, a number
            that JSON cannot hold, or nesting deeper than 100.
    """
    copied: dict[str, Json] = _copy(dict(values), 0)
    return copied


def _copy(value: Json, depth: int) -> Json:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        return _whole(value)
    if kind is float:
        return _finite(value)
    if depth >= _DEEPEST:
        raise Invalid(_("提交的内容嵌套过深"))
    if kind is list:
        return [_copy(item, depth + 1) for item in value]
    if kind is dict:
        return {_key(key): _copy(item, depth + 1) for key, item in value.items()}
    raise Invalid(_("提交的内容含有无法保存的数据类型"), detail=kind.__name__)


def _whole(value: int) -> int:
    if not -_LARGEST <= value < _LARGEST:
        raise Invalid(_("提交的数字过大，无法保存"), detail=str(value)[:40])
    return value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Invalid(_("提交的数字不是有限的数，无法保存"), detail=str(value))
    return value


def _key(key: Json) -> str:
    if type(key) is not str:
        raise Invalid(_("提交的内容含有不是文字的字段名"), detail=repr(key)[:40])
    if key == _FORBIDDEN_KEY:
        raise Invalid(_("字段名typename不能使用"), detail=key)
    return key


def copied(value: Json) -> Json:
    """A deep copy of JSON that was checked before, for whoever takes it out of the engine."""
    kind = type(value)
    if kind is dict:
        return {k: copied(v) if type(v) in _NESTED else v for k, v in value.items()}
    if kind is list:
        return [copied(item) if type(item) in _NESTED else item for item in value]
    return value


def same(one: Json, other: Json) -> bool:
    """Equal in value **and** type, at every depth: 1, 1.0 and true are three values."""
    if one is other:
        return True
    if type(one) is not type(other) or one != other:
        return False
    if type(one) in (dict, list):
        return _canonical(one) == _canonical(other)
    return True


def _canonical(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
