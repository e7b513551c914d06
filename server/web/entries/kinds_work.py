"""Sections of pack.yaml that say who does what: procedures, lanes, roles."""

from typing import Final

from server.domain.roles import GIVEN
from server.domain.texts import _
from server.web.entries.parts import FEEL, TITLE, Kind, Part, basis

_CAPACITY_WORDS: Final = {
    "party": _("当事人：申请人、被调查人"),
    "unit": _("当事人所在单位的机构"),
    "desk": _("受理登记"),
    "team": _("调查"),
    "leader": _("审批"),
    "body": _("集体决定"),
    "petition": _("收转材料"),
    "consulted": _("征求意见、协助"),
    "archive": _("保管案卷"),
    "higher": _("上级监督"),
    "outside": _("不参与办理"),
}

CAPACITIES: Final = tuple((str(one), _CAPACITY_WORDS.get(str(one), str(one))) for one in GIVEN)

_TYPES: Final = (
    ("string", _("文字")),
    ("number", _("数字")),
    ("boolean", _("是或否")),
    ("date", _("日期")),
    ("dateTime", _("日期和时刻")),
    ("time", _("时刻")),
    ("list", _("列表")),
    ("context", _("一组值")),
)

_FINDS: Final = Part(
    key="finds",
    label=_("登记时查找"),
    control="rows",
    hint=_("在登记簿中查找当事人的记录，给办理的人看"),
    parts=(
        Part(key="register", label=_("登记簿"), control="ref", source="registers", required=True),
        Part(key="where", label=_("哪些记录"), hint=FEEL),
        Part(key="before", label=_("须早于"), control="given", source="fields"),
        Part(key="late", label=_("不早于的，显示什么")),
        Part(key="into", label=_("放进哪个变量"), control="ref", source="variables"),
        Part(key="to", label=_("谁能看到"), control="refs", source="capacities"),
        basis(required=False),
    ),
)

PROCEDURES: Final = Kind(
    key="procedures",
    title=_("程序"),
    purpose=_("可以启动的程序：用哪张图、由谁启动、怎样编号、有哪些结论"),
    key_hint=_("等于流程图中流程的标识"),
    columns=("title", "diagram", "reference"),
    parts=(
        TITLE,
        Part(key="diagram", label=_("流程图"), control="ref", source="diagrams", required=True),
        Part(
            key="reference",
            label=_("编号格式"),
            required=True,
            hint=_("须含{year}和{number}，例如宛容〔{year}〕{number}号"),
        ),
        Part(
            key="level",
            label=_("在哪一级办理"),
            control="given",
            hint=_("province、city、county、township，或者以“=”开头的表达式；不写就是county"),
        ),
        Part(
            key="start",
            label=_("启动"),
            control="group",
            required=True,
            parts=(
                Part(key="form", label=_("启动表单"), control="ref", source="forms", required=True),
                Part(
                    key="title",
                    label=_("写明事项名称的字段"),
                    control="texts",
                    hint=_("一行一个；第一个没有填的，用下一个"),
                ),
                Part(
                    key="message",
                    label=_("由消息启动的，哪个消息"),
                    control="ref",
                    source="messages",
                ),
                Part(
                    key="by",
                    label=_("谁可以启动"),
                    control="rows",
                    parts=(
                        Part(
                            key="role",
                            label=_("角色"),
                            control="ref",
                            source="roles",
                            required=True,
                        ),
                        Part(key="when", label=_("在什么情形下"), hint=FEEL),
                    ),
                ),
                Part(
                    key="defaults",
                    label=_("没有填写时的值"),
                    control="pairs",
                    parts=(
                        Part(key="name", label=_("字段"), control="given", source="fields"),
                        Part(key="value", label=_("值"), control="worth"),
                    ),
                ),
            ),
        ),
        Part(
            key="outcomes",
            label=_("结论"),
            control="pairs",
            parts=(
                Part(key="name", label=_("代码")),
                Part(key="value", label=_("人们读到的")),
            ),
        ),
        Part(
            key="variables",
            label=_("其他变量"),
            control="pairs",
            hint=_("没有字段也没有决策表产生、图上要读的变量"),
            parts=(
                Part(key="name", label=_("变量")),
                Part(key="value", label=_("类型"), control="choice", options=_TYPES),
            ),
        ),
        _FINDS,
    ),
)

ROLES: Final = Kind(
    key="roles",
    title=_("角色"),
    purpose=_("办公室和职务，以及它们在事项中的身份；身份决定能看到什么"),
    columns=("title", "capacity", "organ"),
    parts=(
        TITLE,
        Part(key="capacity", label=_("身份"), control="choice", options=CAPACITIES, required=True),
        Part(key="organ", label=_("所属机关的种类")),
    ),
)

LANES: Final = Kind(
    key="lanes",
    title=_("泳道"),
    purpose=_("图上每条泳道的任务落到哪个办公室"),
    key_label=_("图上泳道的标识"),
    key_source="lane_ids",
    columns=("title", "office", "level"),
    parts=(
        TITLE,
        Part(
            key="office",
            label=_("办公室"),
            control="given",
            source="roles",
            required=True,
            hint=_("角色的标识，或者以“=”开头的表达式"),
        ),
        Part(
            key="level",
            label=_("层级"),
            control="given",
            hint=_(
                "case事项所在层级（不写就是它）、superior上一级、province、city、county、township"
            ),
        ),
        Part(key="head_only", label=_("只由负责人办理"), control="flag", default=False),
        basis(required=False),
    ),
)

APPOINTS: Final = Kind(
    key="appoints",
    title=_("由表单确定的人"),
    purpose=_("表单里填写的人，在事项中担任角色"),
    shape="list",
    columns=("node", "field", "role"),
    parts=(
        Part(key="node", label=_("哪个环节"), control="ref", source="nodes", required=True),
        Part(key="field", label=_("哪个字段"), control="ref", source="fields", required=True),
        Part(key="role", label=_("担任的角色"), control="ref", source="roles", required=True),
        Part(key="told", label=_("告知本人"), control="flag", default=True),
    ),
)
