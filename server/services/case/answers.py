"""What somebody filled in, checked against everything the pack says about it, all at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms import compiler, drafts
from server.forms.compiler import Named
from server.services.case import earlier_cases, events, facts, naming
from server.services.case.naming import NOWHERE, Found, Place
from server.services.context import Context
from server.services.identity import names, people
from server.services.law.releases import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The form that is answered, and where."""

    #: with the form as the task, or the start, may use it
    release: Release
    procedure: str
    form_key: str
    #: of the case
    variables: Mapping[str, Json] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Answers that passed."""

    #: what is kept: every field that was shown, null where unanswered
    values: Mapping[str, Json]
    #: names that were hidden: an answer to them from an earlier form does not hold any more
    withdrawn: tuple[str, ...] = ()
    #: the cases they name
    cases: tuple[Found, ...] = ()


def check(ctx: Context, asked: Asked, given: Mapping[str, Json]) -> Checked:
    """The answers as they are kept: hidden fields dropped, everything else as the form asks.

    A case that was named before and is only shown again is not judged again.

    Raises:
        Invalid: a field, a rule between fields, or a named person, unit or case is wrong; all
            problems.
        ExpressionFailed: a rule of the pack is itself at fault.
    """
    release, variables, form_key = asked.release, asked.variables, asked.form_key
    pack, form = release.pack, release.compiled[form_key]
    kept = compiler.validate(
        form,
        names.resolved(ctx, form, given),
        variables=_shown_with(release, variables),
        lists=pack.lists,
        evaluate=ctx.tools.evaluate,
        on=ctx.today,
    )
    anew = [each for each in kept.named if variables.get(each.field) != each.id]
    cases, problems = naming.judged(ctx, anew, asked.place)
    problems += _strangers(ctx, kept.named)
    still = {**variables, **dict.fromkeys(kept.withdrawn)}
    known = facts.collect(release, asked.procedure, still, kept.values, ctx.now)
    naming_now = earlier_cases.Naming(
        release=release,
        form_key=form_key,
        case_id=asked.place.case_id,
        named=[each.id for each in cases],
    )
    known = earlier_cases.laid_over(ctx, known, naming_now)
    days = events.entered_in(release, asked.procedure, form_key)
    problems += events.in_future(days, kept.values, ctx.today)
    problems += _broken_rules(ctx, release, form_key, known)
    if problems:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)
    return Checked(values=kept.values, withdrawn=kept.withdrawn, cases=cases)


def unfinished(
    ctx: Context,
    release: Release,
    form_key: str,
    given: Mapping[str, Json],
    variables: Mapping[str, Json],
) -> Mapping[str, Json]:
    """What of answers that are not handed in yet is worth keeping; they may be empty or wrong.

    Raises:
        Invalid: they hold what the form does not ask, or change what it only shows.
    """
    shown = _shown_with(release, variables)
    form, evaluate = release.compiled.get(form_key), ctx.tools.evaluate
    if form is not None:
        compiler.refuse_forged(form, given, variables=shown, evaluate=evaluate)
    return drafts.kept(release.forms.get(form_key, {}), given)


def _shown_with(release: Release, variables: Mapping[str, Json]) -> Mapping[str, Json]:
    """What the form reads besides its own answers."""
    return {**variables, "settings": facts.settings_of(release)}


def _broken_rules(
    ctx: Context, release: Release, form_key: str, known: facts.Facts
) -> Iterator[Finding]:
    for rule in release.pack.rules:
        if rule.form == form_key and facts.value(ctx.tools.evaluate, rule.check, known) is not True:
            told = earlier_cases.told(known, rule.tells) if rule.tells else ""
            message = f"{rule.message}{told}"
            yield Finding(code="ANSWER_RULE", field=rule.field, message=message, fix=rule.fix)


def _strangers(ctx: Context, named: Iterable[Named]) -> list[Finding]:
    asked = [each for each in named if each.kind != naming.KIND]
    unknown = people.unknown(ctx, {(each.kind, each.id) for each in asked})
    return [
        Finding(
            code="ANSWER_STRANGER",
            field=each.field,
            message=_("所填的人员或者单位不存在"),
            fix=_("从名单中选择"),
        )
        for each in asked
        if (each.kind, each.id) in unknown
    ]
