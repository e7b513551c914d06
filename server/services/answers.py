"""What somebody filled in, checked against everything the pack says about it, all at once."""

from collections.abc import Iterator, Mapping

from server.domain.errors import Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms.compiler import validate
from server.services import facts, people
from server.services.context import Context
from server.services.form_fields import references
from server.services.releases import Release


def check(
    ctx: Context,
    release: Release,
    procedure: str,
    form_key: str,
    given: Mapping[str, Json],
    variables: Mapping[str, Json],
) -> dict[str, Json]:
    """The answers as they are kept: hidden fields dropped, everything else as the form asks.

    Raises:
        Invalid: a field, a rule between fields, or a named person or unit is wrong; all problems.
        ExpressionFailed: a rule of the pack is itself at fault.
    """
    schema = release.forms[form_key]
    kept, findings = validate(schema, given, ctx.tools.evaluate)
    problems = [*findings, *_strangers(ctx, schema, kept)]
    if not problems:
        known = facts.collect(release, procedure, variables, kept, ctx.now)
        problems += _broken_rules(ctx, release, form_key, known)
    if problems:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)
    return kept


def _broken_rules(
    ctx: Context, release: Release, form_key: str, known: facts.Facts
) -> Iterator[Finding]:
    for rule in release.pack.rules:
        if rule.form == form_key and facts.value(ctx.tools.evaluate, rule.check, known) is not True:
            yield Finding(code="ANSWER_RULE", field=rule.field, message=rule.message, fix=rule.fix)


def _strangers(
    ctx: Context, schema: Mapping[str, Json], kept: Mapping[str, Json]
) -> Iterator[Finding]:
    for field in references(schema):
        for kind, wanted in field.values(kept.get(field.key)):
            if not _exists(ctx, kind, wanted):
                yield Finding(
                    code="ANSWER_STRANGER",
                    field=field.key,
                    message=_("所填的人员或者单位不存在"),
                    fix=_("从名单中选择"),
                )


def _exists(ctx: Context, kind: str, wanted: str) -> bool:
    try:
        if kind == "unit":
            people.unit(ctx, wanted)
        else:
            people.person(ctx, wanted)
    except NotFound:
        return False
    return True
