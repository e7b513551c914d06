"""What an expression text must look like before it may reach the isolate (SECURITY EX-9, EX-10).

Only lengths, brackets and digits are looked at here; whether the text is FEEL, the parser says.
"""

import re
from typing import Final

from server.domain.texts import _

MOST_CHARACTERS: Final = 2_000
MOST_NESTED: Final = 40
#: a number is a double inside: more digits would be lost without a word (EX-7)
MOST_DIGITS: Final = 15

_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENTS: Final = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_NUMBERS: Final = re.compile(r"(?<![\w.])\.?\d[\d.]*(?:[eE][+-]?\d+)?")
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")


def too_costly(text: str) -> str:
    """Why this text may not be parsed at all, in words; empty when it may."""
    if len(text) > MOST_CHARACTERS:
        return _("表达式超过{most}个字符").format(most=MOST_CHARACTERS)
    if _depth(text) > MOST_NESTED:
        return _("表达式的括号嵌套超过{most}层").format(most=MOST_NESTED)
    return ""


def untrue_numbers(text: str) -> str:
    """Why a number in this text would be read as another one, in words; empty when all are kept."""
    for number in _NUMBERS.findall(_COMMENTS.sub(" ", _STRINGS.sub(" ", text))):
        if "e" in number or "E" in number:
            return _("数字不能写成科学计数法：{number}").format(number=number[:40])
        if len(number.replace(".", "").strip("0")) > MOST_DIGITS:
            return _("数字超过{most}位，计算会失真：{number}").format(
                most=MOST_DIGITS, number=number[:40]
            )
    return ""


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in _STRINGS.sub("", text):
        if character in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif character in _CLOSING:
            depth -= 1
    return deepest
