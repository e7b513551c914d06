"""Sections of pack.yaml on several people doing one task: signing, deciding."""

from typing import Final

from server.domain.decision_rules import Base, Equal, Secrecy
from server.domain.texts import _
from server.domain.together import Kind as Signing
from server.domain.together import Share
from server.web.entries.parts import TITLE, Kind, Part, basis

TOGETHER: Final = Kind(
    key="together",
    title=_("会签"),
    purpose=_("几个人怎样共同办理一个环节"),
    key_label=_("环节"),
    key_source="tasks",
    columns=("kind", "pass"),
    parts=(
        Part(
            key="kind",
            label=_("方式"),
            control="choice",
            options=(
                (Signing.COUNTERSIGN, _("会签：各人都办")),
                (Signing.OR_SIGN, _("或签：一人办理即可")),
                (Signing.SEQUENCE, _("依次签署，负责人在后")),
                (Signing.VOTE, _("表决")),
            ),
            required=True,
        ),
        Part(
            key="who",
            label=_("由谁签"),
            control="group",
            required=True,
            hint=_("三者选一"),
            parts=(
                Part(key="office", label=_("泳道办公室的所有人"), control="flag", default=False),
                Part(key="field", label=_("字段里填写的人"), control="ref", source="fields"),
                Part(key="roles", label=_("这些办公室或者角色"), control="refs", source="roles"),
            ),
        ),
        Part(key="pass", label=_("通过的比例"), hint=_("2/3是不少于，>1/2是超过；不写就是全体")),
        Part(
            key="of",
            label=_("比例的基数"),
            control="choice",
            options=((Share.ALL, _("全体")), (Share.SIGNED, _("已签的人"))),
            default=Share.ALL,
        ),
        Part(key="early", label=_("结果已定就结束"), control="flag", default=True),
        Part(
            key="abstain",
            label=_("弃权"),
            control="choice",
            options=(
                ("no", _("不得弃权")),
                ("counts", _("可以弃权，计入基数")),
                ("not_counted", _("可以弃权，不计入基数")),
            ),
            default="no",
        ),
        Part(
            key="weights",
            label=_("表决的权重"),
            control="pairs",
            parts=(
                Part(key="name", label=_("角色"), control="ref", source="roles"),
                Part(key="value", label=_("权重"), control="whole"),
            ),
        ),
        Part(key="head_weight", label=_("负责人的权重"), control="whole"),
        Part(
            key="form",
            label=_("签署的表单"),
            control="ref",
            source="forms",
            hint=_("不选就用内置的"),
        ),
        Part(
            key="results",
            label=_("结果放进哪些变量"),
            control="group",
            parts=(
                Part(key="agreed", label=_("是否通过")),
                Part(key="for", label=_("同意数")),
                Part(key="against", label=_("不同意数")),
                Part(key="abstained", label=_("弃权数")),
            ),
        ),
        Part(key="main", label=_("签完后由经办人办理"), control="flag", default=False),
        basis(),
    ),
)


def _fraction(key: str, label: str, *more: Part) -> Part:
    return Part(
        key=key,
        label=label,
        control="group",
        required=True,
        parts=(
            Part(key="numerator", label=_("分子"), required=True),
            Part(key="denominator", label=_("分母"), required=True),
            Part(key="at_least", label=_("恰好达到也算"), control="flag", default=key == "quorum"),
            *more,
            basis(),
        ),
    )


_MEMBERS: Final = Part(
    key="members",
    label=_("成员的列表"),
    control="group",
    parts=(
        Part(key="list", label=_("列表"), control="ref", source="fields", required=True),
        Part(key="person", label=_("成员"), required=True),
        Part(key="chairs", label=_("是否主持")),
        Part(key="attendance", label=_("到会情况（一项选择）")),
        Part(key="attended", label=_("是否到会")),
        Part(key="recused", label=_("是否回避")),
        Part(key="ground", label=_("回避事由")),
        Part(key="no_ground", label=_("不回避时填写的编号")),
        Part(key="other_ground", label=_("其他事由的编号")),
        Part(key="vote", label=_("表决")),
    ),
)

DECISIONS: Final = Kind(
    key="decisions",
    title=_("集体研究"),
    purpose=_("由会议集体决定的环节：到会、通过的比例和记录"),
    key_label=_("环节"),
    key_source="tasks",
    columns=("title", "field"),
    parts=(
        TITLE,
        Part(key="question", label=_("议题"), control="given", required=True),
        Part(key="motion", label=_("提请通过的选项"), control="given"),
        Part(
            key="field",
            label=_("结果填入哪个字段"),
            control="ref",
            source="fields",
            hint=_("该字段的选项就是表决的选项；没有字段的，在下面写选项"),
        ),
        Part(
            key="options",
            label=_("表决的选项"),
            control="rows",
            parts=(
                Part(key="code", label=_("代码"), required=True),
                Part(key="text", label=_("内容"), required=True),
            ),
        ),
        _fraction("quorum", _("到会")),
        _fraction(
            "majority",
            _("通过"),
            Part(
                key="base",
                label=_("基数"),
                control="choice",
                options=(
                    (Base.MEMBERS, _("全体成员（回避的除外）")),
                    (Base.PRESENT, _("到会的人")),
                ),
                default=Base.MEMBERS,
            ),
            Part(
                key="equal",
                label=_("恰好相等时"),
                control="choice",
                options=((Equal.NOT_ADOPTED, _("不通过")), (Equal.CHAIR, _("由主持人决定"))),
                default=Equal.NOT_ADOPTED,
            ),
        ),
        Part(key="not_adopted", label=_("都没有通过时的选项")),
        Part(key="chair_last", label=_("主持人最后表态"), control="flag", default=True),
        Part(
            key="secret",
            label=_("无记名表决"),
            control="choice",
            options=(
                (Secrecy.NEVER, _("不得")),
                (Secrecy.ALLOWED, _("可以")),
                (Secrecy.REQUIRED, _("应当")),
            ),
            default=Secrecy.NEVER,
        ),
        Part(key="secretary", label=_("谁可以记录"), control="given", source="roles"),
        Part(
            key="offices",
            label=_("由哪些办公室的人组成"),
            control="texts",
            hint=_("不写就是该环节的办公室"),
        ),
        Part(key="by_form", label=_("可以直接填写会议结果"), control="flag", default=False),
        Part(
            key="writes",
            label=_("写入表单"),
            control="group",
            parts=(
                Part(key="date", label=_("日期")),
                Part(key="question", label=_("议题")),
                Part(key="chair", label=_("主持人")),
                Part(key="minutes", label=_("纪要")),
                Part(key="votes_for", label=_("同意票")),
                Part(key="votes_against", label=_("不同意票")),
                Part(key="abstentions", label=_("弃权票")),
                _MEMBERS,
            ),
        ),
        basis(),
    ),
)
