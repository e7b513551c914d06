"""What programs send and get of campaigns."""

from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.api.schemas import Paging, word
from server.domain.campaigns import TargetState
from server.domain.jurisdiction import Level
from server.domain.texts import _

_STATES: Final = ("open", "ended")
_TEXT: Final = validate.Length(1, 2000)


class CampaignSchema(ma.Schema):
    """A campaign."""

    id = ma.fields.String(required=True)
    key = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    unit = ma.fields.String(required=True)
    level = word(Level)
    from_on = ma.fields.Date(required=True)
    to_on = ma.fields.Date(required=True)
    state = word(_STATES)


class CampaignsSchema(ma.Schema):
    """All of them."""

    items = ma.fields.List(ma.fields.Nested(CampaignSchema), required=True)


class CampaignLineSchema(ma.Schema):
    """The numbers of a share, of a level, or of all; an amount that is unknown is null."""

    level = ma.fields.String(required=True)
    unit = ma.fields.String(required=True)
    targets = ma.fields.Integer(required=True)
    opened = ma.fields.Integer(required=True)
    failed = ma.fields.Integer(required=True)
    done = ma.fields.Integer(required=True)
    rate = ma.fields.String(required=True)
    amounts = ma.fields.List(ma.fields.Raw(allow_none=True), required=True)


class CampaignShareSchema(CampaignLineSchema):
    """The share of an office."""

    id = ma.fields.String(required=True)
    confirmed = ma.fields.Boolean(required=True)
    may_confirm = ma.fields.Boolean(required=True)


class CampaignScopeSchema(ma.Schema):
    """A version of what it covers."""

    number = ma.fields.Integer(required=True)
    text = ma.fields.String(required=True)
    codes = ma.fields.List(ma.fields.String(), required=True)
    from_on = ma.fields.Date(required=True)


class CampaignTargetSchema(ma.Schema):
    """Whom it is about."""

    id = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    unit = ma.fields.String(required=True, allow_none=True)
    state = word(TargetState)
    reason = ma.fields.String(required=True)
    reference = ma.fields.String(required=True, allow_none=True)
    source = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": _("所依据的登记属于哪一事项")},
    )


class CampaignDrawSchema(ma.Schema):
    """What was drawn, and how anybody can draw it again."""

    seed = ma.fields.String(required=True)
    candidates = ma.fields.Integer(required=True)
    candidates_hash = ma.fields.String(required=True)
    drawn = ma.fields.Integer(required=True)


class CampaignFileSchema(CampaignSchema):
    """A campaign with its numbers, and a page of the reader's own targets."""

    selecting = ma.fields.Boolean(required=True)
    draw = ma.fields.Nested(CampaignDrawSchema, required=True, allow_none=True)
    scopes = ma.fields.List(ma.fields.Nested(CampaignScopeSchema), required=True)
    headings = ma.fields.List(ma.fields.String(), required=True)
    levels = ma.fields.List(ma.fields.Nested(CampaignLineSchema), required=True)
    sum = ma.fields.Nested(CampaignLineSchema, required=True)
    shares = ma.fields.List(ma.fields.Nested(CampaignShareSchema), required=True)
    shares_total = ma.fields.Integer(required=True)
    targets = ma.fields.List(ma.fields.Nested(CampaignTargetSchema), required=True)
    total = ma.fields.Integer(required=True)


class CampaignPageSchema(Paging):
    """Which page of its targets, and of its shares."""

    shares_page = ma.fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class CampaignPlanSchema(ma.Schema):
    """What is to be held."""

    key = ma.fields.String(required=True)
    title = ma.fields.String(required=True, validate=validate.Length(1, 100))
    from_on = ma.fields.Date(required=True)
    to_on = ma.fields.Date(required=True)
    since_on = ma.fields.Date(load_default=None, allow_none=True)
    scope = ma.fields.String(required=True, validate=_TEXT)
    codes = ma.fields.List(ma.fields.String(), load_default=list)


class CampaignWidenSchema(ma.Schema):
    """All it covers from today on, what it covered before included."""

    scope = ma.fields.String(required=True, validate=_TEXT)
    codes = ma.fields.List(ma.fields.String(), load_default=list)


class CampaignReasonSchema(ma.Schema):
    """Why."""

    reason = ma.fields.String(required=True, validate=_TEXT)


class CampaignNamedSchema(ma.Schema):
    """Who is to be a target."""

    kind = ma.fields.String(required=True, validate=validate.OneOf(("person", "unit")))
    who = ma.fields.UUID(required=True)


class CampaignDoneSchema(ma.Schema):
    """What was changed."""

    id = ma.fields.String(required=True)
    number = ma.fields.Integer(metadata={"description": _("已确认的对象数，或者范围的版本号")})
