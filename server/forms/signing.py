"""The form everybody signs who is asked to: agree or not, and why.

It is part of the program and not of a pack, so that whoever adds a signer needs no form for it. A
pack may give those who sign together a form of its own (``together.form``), with the same two keys.
"""

from collections.abc import Mapping
from typing import Final

from server.domain.expressions import Json
from server.domain.tallies import Choice
from server.domain.texts import _

#: fields of every form that is signed
CHOICE: Final = "choice"
OPINION: Final = "opinion"

#: keys of the built-in forms; a pack's own are file names and have no colon
PLAIN: Final = "sign:plain"
WITH_ABSTENTION: Final = "sign:abstain"

_WORDS: Final[Mapping[Choice, str]] = {
    Choice.AGREE: _("同意"),
    Choice.DISAGREE: _("不同意"),
    Choice.ABSTAIN: _("弃权"),
}
#: longest opinion
LONGEST: Final = 4000


def word(choice: str) -> str:
    """What people call a choice."""
    return _WORDS[Choice(choice)] if choice else ""


def _form(*choices: Choice) -> dict[str, Json]:
    values = [{"value": str(each), "label": _WORDS[each]} for each in choices]
    return {
        "type": "default",
        "id": "sign",
        "schemaVersion": 19,
        "components": [
            {
                "type": "radio",
                "key": CHOICE,
                "label": _("是否同意"),
                "id": "sign_choice",
                "validate": {"required": True},
                "values": values,
            },
            {
                "type": "textarea",
                "key": OPINION,
                "label": _("意见"),
                "id": "sign_opinion",
                "description": _("不同意的，须写明意见"),
                "validate": {"maxLength": LONGEST},
            },
        ],
    }


#: the built-in forms by their keys
FORMS: Final[Mapping[str, dict[str, Json]]] = {
    PLAIN: _form(Choice.AGREE, Choice.DISAGREE),
    WITH_ABSTENTION: _form(Choice.AGREE, Choice.DISAGREE, Choice.ABSTAIN),
}
