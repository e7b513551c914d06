"""Sections of pack.yaml on time: events, deadlines, meetings that come round."""

from typing import Final

from server.domain.agendas import Every, Roll
from server.domain.deadline_rules import AfterReturn, Unit
from server.domain.texts import _
from server.web.entries.parts import TITLE, WHEN, Kind, Part, basis

EVENTS: Final = Kind(
    key="events",
    title=_("节点事件"),
    purpose=_("有日期的事：期限从哪一件起算，到哪一件完成"),
    columns=("title", "node", "message"),
    parts=(
        TITLE,
        Part(
            key="start",
            label=_("登记时发生"),
            control="flag",
            default=False,
            hint=_("登记时发生、环节办完、收到消息，三者选一"),
        ),
        Part(key="node", label=_("环节办完时发生"), control="ref", source="nodes"),
        Part(key="message", label=_("收到消息时发生"), control="ref", source="messages"),
        WHEN,
        Part(
            key="date",
            label=_("日期"),
            control="given",
            source="fields",
            hint=_("填写日期的字段，或者以“=”开头的表达式；不写就是办理当天"),
        ),
    ),
)

_UNITS: Final = (
    (Unit.WORKING, _("工作日")),
    (Unit.CALENDAR, _("自然日")),
    (Unit.MONTH, _("个月")),
)

_TO: Final = Part(
    key="to",
    label=_("告诉谁"),
    control="given",
    source="ladder",
    required=True,
    hint=_("assignee经办人、office.head办公室负责人，或者角色的标识"),
)

DEADLINES: Final = Kind(
    key="deadlines",
    title=_("期限"),
    purpose=_("多少天、从哪一天起算、到期提醒谁，每条都有依据"),
    columns=("title", "interval", "origin", "basis"),
    parts=(
        TITLE,
        Part(
            key="origin",
            label=_("起算的事件"),
            control="ref",
            source="events",
            required=True,
            hint=_("当天不算，从次日起算"),
        ),
        Part(key="met_by", label=_("完成的事件"), control="refs", source="events"),
        Part(key="cancelled_by", label=_("不再计算的事件"), control="refs", source="events"),
        Part(
            key="interval",
            label=_("多长"),
            control="group",
            required=True,
            parts=(
                Part(key="n", label=_("数量"), control="whole"),
                Part(
                    key="unit",
                    label=_("单位"),
                    control="choice",
                    options=_UNITS,
                    default=Unit.WORKING,
                ),
                Part(
                    key="until",
                    label=_("由人指定的日子"),
                    control="given",
                    source="fields",
                    hint=_("截止日由人填写的，写该字段或者表达式，不写数量"),
                ),
            ),
        ),
        basis(),
        Part(
            key="force",
            label=_("性质"),
            control="choice",
            options=(("statutory", _("法定期限")), ("soft", _("工作目标，不显示为法定"))),
            default="statutory",
        ),
        Part(
            key="ladder",
            label=_("提醒和上报"),
            control="rows",
            parts=(
                Part(
                    key="at",
                    label=_("到期后第几天"),
                    control="whole",
                    required=True,
                    hint=_("负数是到期以前；0是到期当天"),
                ),
                _TO,
            ),
        ),
        WHEN,
        Part(
            key="again",
            label=_("起算的事件再次发生时"),
            control="choice",
            options=(("keep", _("不重新起算")), ("new", _("重新起算"))),
            default="keep",
        ),
        Part(
            key="roll",
            label=_("最后一日是休息日时"),
            control="choice",
            options=(("next_working_day", _("顺延到下一个工作日")), ("none", _("不顺延"))),
            default="next_working_day",
        ),
        Part(
            key="after_return",
            label=_("退回以后"),
            control="choice",
            options=(
                (AfterReturn.CONTINUE, _("原来的截止日不变")),
                (AfterReturn.PAUSE, _("退回期间不计算")),
                (AfterReturn.RESTART, _("重新起算")),
            ),
            default=AfterReturn.CONTINUE,
        ),
        Part(
            key="extend",
            label=_("延长"),
            control="group",
            hint=_("可以延长的才填写"),
            parts=(
                Part(key="times", label=_("最多几次"), control="whole", required=True),
                Part(key="max", label=_("每次最多几天"), control="whole", required=True),
                Part(
                    key="approver",
                    label=_("谁批准"),
                    control="given",
                    source="ladder",
                    required=True,
                ),
            ),
        ),
        Part(
            key="stop",
            label=_("中止"),
            control="group",
            hint=_("可以中止的才填写"),
            parts=(
                Part(key="day_counts", label=_("中止当天计算在内"), control="flag", default=True),
                Part(
                    key="reasons",
                    label=_("中止的事由"),
                    control="rows",
                    parts=(
                        Part(key="key", label=_("标识"), required=True),
                        Part(key="title", label=_("事由"), required=True),
                        Part(key="max", label=_("最多几天"), control="whole"),
                        Part(key="times", label=_("最多几次"), control="whole"),
                    ),
                ),
            ),
        ),
        Part(key="max", label=_("连同延长最多"), control="whole", hint=_("与期限的单位相同")),
        Part(key="count_first_day", label=_("起算当天计算在内"), control="flag", default=False),
        Part(key="end_of_day", label=_("最后一日到几点"), hint=_("例如17:30；不写就是24:00")),
        Part(key="calendar", label=_("工作日历"), hint=_("不写就是全国的日历cn")),
        Part(key="valid_from", label=_("施行日期"), control="day"),
    ),
)

_PERIODS: Final = (
    (Every.MONTH, _("每月")),
    (Every.QUARTER, _("每季度")),
    (Every.YEAR, _("每年")),
)

AGENDAS: Final = Kind(
    key="agendas",
    title=_("定期会议"),
    purpose=_("按月、按季、按年召开，研究所有等待的事项"),
    columns=("title", "every", "day", "tasks"),
    parts=(
        TITLE,
        Part(key="tasks", label=_("研究哪些环节"), control="refs", source="tasks"),
        Part(key="every", label=_("多久一次"), control="choice", options=_PERIODS, required=True),
        Part(key="month", label=_("第几个月"), control="whole", hint=_("不写就是第一个月")),
        Part(key="day", label=_("哪一日"), control="whole", required=True),
        Part(
            key="roll",
            label=_("该日是休息日时"),
            control="choice",
            options=(
                (Roll.NEXT, _("下一个工作日")),
                (Roll.PREVIOUS, _("上一个工作日")),
                (Roll.NONE, _("不改期")),
            ),
            default=Roll.NEXT,
        ),
        Part(key="notice", label=_("提前几个工作日通知"), control="whole", required=True),
        basis(),
    ),
)
