"""When a field is asked for, in words."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.forms.fields import read, walk
from server.forms.words import Asked, asked, option_texts, shown_when

FORMS = sorted((Path(__file__).parents[2] / "forms").glob("*/*.form.json"))
KNOWN = {
    "vote": Asked(label="表决", component="radio", options={"for": "赞成", "against": "反对"}),
    "paper": Asked(label="纸质申请", component="checkbox", options={}),
    "earlier": Asked(label="原事项", component="textfield", options={}),
    "amount": Asked(label="金额", component="number", options={}),
}


@pytest.mark.parametrize(
    ("hide", "words"),
    [
        ("", ""),
        ('vote != "for"', "“表决”选择“赞成”时填写"),
        ('vote = "for"', "“表决”不是“赞成”时填写"),
        ('not(vote = "for" or vote = "against")', "“表决”选择“赞成”或者“反对”时填写"),
        ('not(paper = true and vote = "for")', "勾选“纸质申请”，并且“表决”选择“赞成”时填写"),
        ('paper != true or vote = "for"', "勾选“纸质申请”，并且“表决”不是“赞成”时填写"),
        ("paper = true", "没有勾选“纸质申请”时填写"),
        ("earlier = null", "“原事项”已经填写时填写"),
        ("amount < 100", "“金额”不小于100时填写"),
        ('this.vote != "for"', "“表决”选择“赞成”时填写"),
        (
            '(vote = "for" or amount > 5) and paper = true',
            "“表决”不是“赞成”，并且“金额”不大于5，或者没有勾选“纸质申请”时填写",
        ),
        ('list contains(vote, "x")', "视前面填写的内容而定"),
        ("vote = ", "视前面填写的内容而定"),
        ("unknown = 1", "视前面填写的内容而定"),
        ("vote = @", "视前面填写的内容而定"),
        ("(" * 500, "视前面填写的内容而定"),
    ],
)
def test_a_condition_reads_as_a_sentence(hide: str, words: str) -> None:
    assert shown_when(hide, KNOWN) == words


def test_nearly_every_condition_of_the_shipped_forms_is_understood() -> None:
    said = []
    for path in FORMS:
        fields = tuple(walk(read(json.loads(path.read_text(encoding="utf-8"))["components"])))
        offered = {each.key: option_texts(each.schema.get("values")) for each in fields}
        known = asked(fields, offered)
        # what earlier forms have settled is not theirs to say
        hides = [each.hide for each in fields if reads(each.hide, known)]
        said += [shown_when(hide, known) for hide in hides]
    assert len(said) > 200
    assert sum(text == "视前面填写的内容而定" for text in said) <= len(said) / 12


def reads(hide: str, known: Mapping[str, Asked]) -> bool:
    """Does the condition name a field of the form itself."""
    return any(name in known for name in re.findall(r"[^\W\d]\w*", re.sub('"[^"]*"', "", hide)))
