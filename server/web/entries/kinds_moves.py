"""Sections of pack.yaml on going back, handing over, keeping away."""

from typing import Final

from server.domain.desk import SPANS
from server.domain.handovers import HandoverClock
from server.domain.texts import _
from server.web.entries.parts import FEEL, Kind, Part, basis

_SPAN_WORDS: Final = {"day": _("每天"), "week": _("每周")}

RETURNS: Final = Kind(
    key="returns",
    title=_("退回"),
    purpose=_("哪些环节可以退回到哪些环节；第一条相符的规则有效"),
    shape="list",
    columns=("from", "to"),
    parts=(
        Part(
            key="from",
            label=_("从哪些环节"),
            control="refs",
            source="tasks",
            hint=_("都不选，就是其余所有环节"),
        ),
        Part(
            key="to",
            label=_("可以退回到"),
            control="refs",
            source="earlier_tasks",
            keeps_empty=True,
            hint=_("都不选，就是不得退回"),
        ),
        basis(),
    ),
)

WITHDRAWALS: Final = Kind(
    key="withdrawals",
    title=_("撤回申请"),
    purpose=_("申请人在什么时候以前可以撤回申请；不写就是不能撤回"),
    key_label=_("程序"),
    key_source="procedures",
    columns=("since", "until"),
    parts=(
        Part(key="since", label=_("从哪些环节办完起"), control="refs", source="tasks"),
        Part(
            key="until", label=_("到哪些环节办完止"), control="refs", source="tasks", required=True
        ),
        Part(key="continues", label=_("撤回后机关继续办理的情形"), hint=FEEL),
        basis(),
    ),
)

REOPEN: Final = Kind(
    key="reopen",
    title=_("重启"),
    purpose=_("已办结的事项重新办理：从哪个环节、由谁决定；不写就是不能重启"),
    key_label=_("程序"),
    key_source="procedures",
    columns=("to", "by"),
    parts=(
        Part(key="to", label=_("从哪些环节"), control="refs", source="tasks", required=True),
        Part(
            key="by",
            label=_("由哪个办公室的负责人决定"),
            control="ref",
            source="roles",
            required=True,
        ),
        basis(),
    ),
)

HANDOVER: Final = Kind(
    key="handover",
    title=_("移送"),
    purpose=_("哪些任务可以移送给其他办公室；没有写的不能移送"),
    shape="list",
    columns=("nodes", "lanes", "to"),
    parts=(
        Part(key="nodes", label=_("环节"), control="refs", source="tasks"),
        Part(key="lanes", label=_("泳道"), control="refs", source="lanes"),
        Part(
            key="to",
            label=_("可以移送给"),
            control="rows",
            parts=(
                Part(key="office", label=_("办公室"), control="ref", source="roles", required=True),
                Part(key="levels", label=_("层级"), control="texts"),
                Part(key="when", label=_("在什么情形下"), hint=FEEL),
            ),
        ),
        Part(
            key="clock",
            label=_("期限"),
            control="choice",
            options=(
                (HandoverClock.CONTINUE, _("继续计算")),
                (HandoverClock.RESTART, _("重新起算")),
            ),
            required=True,
        ),
        Part(
            key="takes",
            label=_("移送什么"),
            control="choice",
            options=(("task", _("本次任务")), ("lane", _("泳道以后的任务也移送"))),
            default="task",
        ),
        basis(),
    ),
)

FIELDS: Final = Kind(
    key="fields",
    title=_("字段权限"),
    purpose=_("各环节的表单里，哪些字段必填、可填、只读、不显示"),
    key_label=_("环节"),
    key_source="nodes",
    columns=("read", "hidden"),
    parts=(
        Part(key="read", label=_("只读的字段"), control="texts"),
        Part(key="hidden", label=_("不显示的字段"), control="texts"),
        basis(),
    ),
)

RECUSAL: Final = Kind(
    key="recusal",
    title=_("回避"),
    purpose=_("回避事由，以及表单里说明谁应当回避的字段"),
    shape="single",
    parts=(
        Part(
            key="grounds", label=_("回避事由的名单"), control="ref", source="lists", required=True
        ),
        Part(
            key="decision_makers",
            label=_("原决定的作出人"),
            control="rows",
            parts=(
                Part(key="form", label=_("表单"), control="ref", source="forms", required=True),
                Part(key="field", label=_("字段"), control="ref", source="fields", required=True),
                Part(key="ground", label=_("事由的编号"), required=True),
                Part(key="handled", label=_("办过旧案的身份"), control="texts"),
            ),
        ),
        Part(
            key="statements",
            label=_("本人声明"),
            control="rows",
            parts=(
                Part(key="form", label=_("表单"), control="ref", source="forms", required=True),
                Part(
                    key="person",
                    label=_("填写人员的字段"),
                    control="ref",
                    source="fields",
                    required=True,
                ),
                Part(
                    key="answer",
                    label=_("是否回避的字段"),
                    control="ref",
                    source="fields",
                    required=True,
                ),
            ),
        ),
        basis(),
    ),
)

INCOMPATIBLE: Final = Kind(
    key="incompatible",
    title=_("不得一人兼办"),
    purpose=_("同一事项中，同一人最多办理其中一项"),
    shape="list",
    columns=("duties",),
    parts=(
        Part(
            key="duties",
            label=_("环节或者角色"),
            control="texts",
            required=True,
            hint=_("一行一个，两个以上"),
        ),
        basis(),
    ),
)

DESK: Final = Kind(
    key="desk",
    title=_("催办和批量办理"),
    purpose=_("一人多久可以催办一次，哪些环节可以一次办理多件"),
    shape="single",
    parts=(
        Part(
            key="urge",
            label=_("催办的限制"),
            control="group",
            parts=(
                Part(key="times", label=_("几次"), control="whole", required=True),
                Part(
                    key="per",
                    label=_("在多长时间内"),
                    control="choice",
                    options=tuple((one, _SPAN_WORDS.get(one, one)) for one in SPANS),
                    required=True,
                ),
                basis(),
            ),
        ),
        Part(key="batch", label=_("可以批量办理的环节"), control="refs", source="tasks"),
    ),
)
