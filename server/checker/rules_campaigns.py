"""Pass 5, ``campaigns``: what they select from, open and count exists, and can be read."""

from collections.abc import Mapping
from typing import Final

from server.checker import rules_entries
from server.checker.candidate import Candidate
from server.checker.rules_entries import Properties
from server.checker.rules_names import Place
from server.domain.campaign_rules import CampaignRule
from server.domain.expressions import Feel
from server.domain.notes import Notes
from server.domain.texts import _

#: more than any sample needs
_MOST: Final = 10**6


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note campaigns that name what there is not."""
    own = notes["pack.yaml"]
    for rule in candidate.pack.campaigns.values():
        _registers(candidate, rule, own)
        _procedure(candidate, rule, own)
        _lists(candidate, rule, own)
        _expressions(candidate, rule, own)
        _sample(candidate, rule, own)


def _registers(candidate: Candidate, rule: CampaignRule, notes: Notes) -> None:
    named = [("selects", rule.selects.register)] if rule.selects else []
    named += [(f"figures.{each.key}", each.register) for each in rule.figures if each.register]
    for field, register in named:
        if register not in candidate.pack.registers:
            notes.error(
                "REGISTER_UNKNOWN",
                _("“{title}”要查的登记簿“{register}”在registers中没有").format(
                    title=rule.title, register=register[:60]
                ),
                _("在registers中写明该登记簿的名称，或者改正键"),
                element="campaigns",
                field=f"{rule.key}.{field}",
            )
    for figure in rule.figures:
        book = candidate.pack.registers.get(figure.register)
        if figure.sum and book and figure.sum not in {*book.fields, *book.columns}:
            notes.error(
                "CAMPAIGN_FIGURE",
                _("专项活动“{title}”的数字“{figure}”要相加的“{field}”不是登记簿的栏目").format(
                    title=rule.title, figure=figure.title, field=figure.sum[:60]
                ),
                _("写登记簿fields或者columns中的键"),
                element="campaigns",
                field=f"{rule.key}.figures.{figure.key}",
            )


def _procedure(candidate: Candidate, rule: CampaignRule, notes: Notes) -> None:
    """What it opens, in the very pack."""
    procedure = candidate.pack.procedures.get(rule.procedure)
    if procedure is None:
        if rule.procedure:
            notes.error(
                "CAMPAIGN_PROCEDURE",
                _("专项活动“{title}”的程序“{procedure}”不在procedures中").format(
                    title=rule.title, procedure=rule.procedure[:60]
                ),
                _("写本包的程序，或者去掉procedure"),
                element="campaigns",
                field=f"{rule.key}.procedure",
            )
        return
    form = candidate.forms.get(procedure.start_form)
    for name, value in rule.start.items() if form else ():
        sheet = form.fields.get(name) if form else None
        if sheet is not None and (isinstance(value, Feel) or value in (sheet.choices or [value])):
            continue
        notes.error(
            "CAMPAIGN_FIELD",
            _(
                "专项活动“{title}”要填写的“{field}”不在“{procedure}”的登记表单中，或者没有这个选项"
            ).format(title=rule.title, field=name[:60], procedure=procedure.title),
            _("在登记表单中加上该字段，或者改正名称和值"),
            element="campaigns",
            field=f"{rule.key}.with.{name[:60]}",
        )
    if rule.into and procedure.variables.get(rule.into) != "context":
        notes.error(
            "CAMPAIGN_VARIABLE",
            _("专项活动“{title}”要写入的变量“{name}”没有声明为context").format(
                title=rule.title, name=rule.into[:60]
            ),
            _("在procedures的variables中把它声明为context"),
            element="campaigns",
            field=f"{rule.key}.into",
        )
    for figure in rule.figures:
        for outcome in sorted(set(figure.outcomes) - set(procedure.outcomes)):
            notes.error(
                "OUTCOME_UNKNOWN",
                _("“{name}”的结论“{value}”不在事项“{title}”的outcomes中").format(
                    name=figure.title, value=outcome[:60], title=procedure.title
                ),
                _("在outcomes中登记，或者改正名称"),
                element="campaigns",
                field=f"{rule.key}.figures.{figure.key}",
            )


def _lists(candidate: Candidate, rule: CampaignRule, notes: Notes) -> None:
    if rule.scope and rule.scope not in candidate.pack.lists:
        notes.error(
            "CAMPAIGN_SCOPE",
            _("专项活动“{title}”的范围清单“{key}”在lists中没有").format(
                title=rule.title, key=rule.scope[:60]
            ),
            _("在lists中登记该清单，或者去掉scope"),
            element="campaigns",
            field=f"{rule.key}.scope",
        )


def _expressions(candidate: Candidate, rule: CampaignRule, notes: Notes) -> None:
    campaign, selects = rules_entries.campaign(), rules_entries.entry(candidate, "")
    if rule.selects is not None:
        selects = rules_entries.entry(candidate, rule.selects.register)
        lent = _lent(campaign, entry=selects)
        _ask(candidate, rule, "selects.where", rule.selects.where, lent, notes)
    for each in rule.figures:
        counted = _lent(campaign, entry=rules_entries.entry(candidate, each.register))
        _ask(candidate, rule, f"figures.{each.key}", each.where, counted, notes)
    for name, value in rule.start.items():
        if isinstance(value, Feel):
            lent = _lent(campaign, target=selects)
            _ask(candidate, rule, f"with.{name[:60]}", value, lent, notes)


def _sample(candidate: Candidate, rule: CampaignRule, notes: Notes) -> None:
    """How much is drawn: whole numbers, or what settings say."""
    if rule.sample is None:
        return
    shares = (("percent", rule.sample.percent, 100), ("least", rule.sample.least, _MOST))
    for name, value, most in shares:
        if isinstance(value, Feel):
            _ask(candidate, rule, f"selects.sample.{name}", value, {}, notes)
        elif not (value.isdecimal() and 0 < int(value) <= most):
            notes.error(
                "CAMPAIGN_SAMPLE",
                _("专项活动“{title}”抽取的{name}应为1至{most}的整数").format(
                    title=rule.title, name=name, most=most
                ),
                _("写整数，或者写“=settings.…”"),
                element="campaigns",
                field=f"{rule.key}.selects.sample.{name}",
            )


def _lent(campaign: Properties, **others: Properties) -> Mapping[str, Properties]:
    return {"campaign": campaign, **others}


def _ask(
    candidate: Candidate,
    rule: CampaignRule,
    field: str,
    value: Feel | None,
    lent: Mapping[str, Properties],
    notes: Notes,
) -> None:
    if value is not None:
        place = Place(title=rule.title, element="campaigns", field=f"{rule.key}.{field}")
        rules_entries.ask(candidate, value, frozenset({"settings"}), lent, place, notes)
