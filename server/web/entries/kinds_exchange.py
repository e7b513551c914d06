"""Sections of pack.yaml that reach beyond a case: messages, papers, registers, campaigns."""

from typing import Final

from server.domain.jurisdiction import Level
from server.domain.register_rules import Of
from server.domain.texts import _
from server.web.entries.parts import FEEL, TITLE, WHEN, Kind, Part, basis

_LEVEL_WORDS: Final = {
    "central": _("中央"),
    "province": _("省"),
    "city": _("市"),
    "county": _("县（区）"),
    "township": _("乡（镇、街道）"),
}

LEVELS: Final = tuple((str(one), _LEVEL_WORDS.get(str(one), str(one))) for one in Level)

MESSAGES: Final = Kind(
    key="messages",
    title=_("消息"),
    purpose=_("告诉别的事项或者机关的事；可以启动另一个程序"),
    columns=("title", "opens", "to"),
    parts=(
        TITLE,
        Part(key="to", label=_("发给谁"), hint=_("文字说明")),
        Part(
            key="carries",
            label=_("随消息走的变量"),
            control="texts",
            hint=_("一行一个；其他内容一概不带"),
        ),
        Part(key="opens", label=_("启动哪个程序"), control="given", source="procedures"),
        Part(
            key="with",
            label=_("替对方填写"),
            control="pairs",
            hint=_("只有启动程序的消息才写"),
            parts=(
                Part(key="name", label=_("对方表单的字段")),
                Part(
                    key="value", label=_("值"), control="worth", hint=_("值，或者以“=”开头的表达式")
                ),
            ),
        ),
        Part(key="each", label=_("逐条发送"), hint=_("以“=”开头的表达式，得到一个列表")),
        Part(key="to_case", label=_("发给哪个编号的事项"), hint=FEEL),
    ),
)

PAPERS: Final = Kind(
    key="papers",
    title=_("文书"),
    purpose=_("各环节形成的文书，写了模板的可以正式出具"),
    columns=("title", "node", "to", "template"),
    parts=(
        TITLE,
        Part(key="node", label=_("环节"), control="ref", source="nodes", required=True),
        Part(
            key="to", label=_("发给谁"), control="texts", hint=_("角色、办公室或者机关，一行一个")
        ),
        Part(key="template", label=_("模板"), control="ref", source="letters"),
        Part(key="number", label=_("编号格式"), hint=_("须含{year}和{number}；不写就不编号")),
        Part(key="copies", label=_("抄送"), control="texts"),
        Part(key="service", label=_("需要送达回证"), control="flag", default=False),
        WHEN,
        basis(required=False),
    ),
)

_GIVENS: Final = (
    Part(key="name", label=_("字段")),
    Part(key="value", label=_("取自"), hint=_("表单字段、变量，或者以“=”开头的表达式")),
)

REGISTERS: Final = Kind(
    key="registers",
    title=_("登记簿"),
    purpose=_("办结以后仍然保留、跨事项查询的记录"),
    columns=("title", "event"),
    parts=(
        TITLE,
        Part(key="event", label=_("登记的事件"), control="refs", source="events"),
        Part(
            key="of",
            label=_("记谁"),
            control="choice",
            options=(
                (Of.SUBJECTS, _("每个当事人一条")),
                (Of.APPLICANT, _("每个申请人一条")),
                (Of.CASE, _("事项本身一条")),
            ),
            default=Of.SUBJECTS,
        ),
        WHEN,
        Part(key="each", label=_("列表的每一项一条"), control="given", source="fields"),
        Part(key="fields", label=_("记什么"), control="pairs", parts=_GIVENS),
        Part(
            key="columns",
            label=_("栏目"),
            control="pairs",
            parts=(
                Part(key="name", label=_("字段")),
                Part(
                    key="value",
                    label=_("栏目"),
                    control="group",
                    parts=(
                        Part(key="title", label=_("名称")),
                        Part(key="list", label=_("名单"), control="ref", source="lists"),
                        Part(key="sum", label=_("求和"), control="flag", default=False),
                    ),
                ),
            ),
        ),
        Part(key="ends", label=_("注销的事件"), control="refs", source="events"),
        Part(key="readers", label=_("可以查阅的办公室"), control="refs", source="roles"),
        basis(),
    ),
)

CAMPAIGNS: Final = Kind(
    key="campaigns",
    title=_("专项工作"),
    purpose=_("在一段时间里按名单逐件办理，并统计"),
    columns=("title", "procedure", "by"),
    parts=(
        TITLE,
        Part(key="procedure", label=_("程序"), control="ref", source="procedures"),
        Part(key="levels", label=_("哪些层级"), control="refs", source="levels", required=True),
        Part(key="by", label=_("由哪个办公室开展"), control="ref", source="roles", required=True),
        Part(
            key="selects",
            label=_("从登记簿选取"),
            control="group",
            parts=(
                Part(
                    key="register",
                    label=_("登记簿"),
                    control="ref",
                    source="registers",
                    required=True,
                ),
                Part(key="where", label=_("哪些记录"), hint=FEEL),
                Part(key="since", label=_("从哪一天起"), control="day"),
                Part(
                    key="sample",
                    label=_("抽取"),
                    control="group",
                    parts=(
                        Part(key="percent", label=_("百分之几"), control="worth", required=True),
                        Part(key="least", label=_("最少几条"), control="worth", required=True),
                    ),
                ),
            ),
        ),
        Part(key="with", label=_("替各件填写"), control="pairs", parts=_GIVENS),
        Part(key="joins", label=_("期间内别人登记的也算"), control="flag", default=False),
        Part(key="into", label=_("放进哪个变量")),
        Part(key="scope", label=_("可以选择的范围"), control="ref", source="lists"),
        Part(
            key="figures",
            label=_("统计"),
            control="rows",
            parts=(
                Part(key="key", label=_("标识"), required=True),
                Part(key="title", label=_("名称"), required=True),
                Part(key="outcomes", label=_("结论"), control="texts"),
                Part(key="register", label=_("登记簿"), control="ref", source="registers"),
                Part(key="where", label=_("哪些记录"), hint=FEEL),
                Part(key="sum", label=_("求和的字段")),
                Part(key="parties", label=_("按人计算"), control="flag", default=False),
            ),
        ),
        basis(),
    ),
)
