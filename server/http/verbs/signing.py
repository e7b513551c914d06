"""加签、会签：several people do one task together."""

from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import ID, REASON, Ask, Verb, WhySchema
from server.services.verbs import signers


class PersonsSchema(WhySchema):
    """Who, and why."""

    persons = ma.fields.List(
        ma.fields.String(validate=ID),
        required=True,
        validate=validate.Length(1, signers.MOST),
        metadata={"description": _("人员的标识")},
    )


class SignersSchema(PersonsSchema):
    """Who is to sign, when, and why."""

    position = ma.fields.String(
        required=True,
        validate=validate.OneOf(("before", "parallel", "after")),
        metadata={"description": _("before前加签，parallel并加签，after后加签")},
    )


VERBS: Final[tuple[Verb, ...]] = (
    Verb(
        name="add-signers",
        title=_("加签"),
        says=_("请他人在本步骤一同签署意见；只能请本机构的同事，或者可以查阅该材料的经办人员"),
        schema=SignersSchema,
        act=signers.add,
        asks=(
            Ask(
                key="position",
                label=_("加签方式"),
                kind="one",
                choices=signers.positions,
            ),
            Ask(key="persons", label=_("加签人"), kind="several", choices=signers.candidates),
            REASON,
        ),
        done=_("已请加签人签署"),
        is_common=True,
    ),
    Verb(
        name="remove-signers",
        title=_("减签"),
        says=_("撤销还没有签署的加签人；已经签署的意见不受影响"),
        schema=PersonsSchema,
        act=signers.remove,
        asks=(
            Ask(key="persons", label=_("撤销的加签人"), kind="several", choices=signers.waiting),
            REASON,
        ),
        done=_("已撤销加签"),
    ),
)
