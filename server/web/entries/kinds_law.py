"""Sections of pack.yaml that say what holds: sources, lists, settings, rules."""

from typing import Final

from server.domain.texts import _
from server.web.entries.parts import FEEL, TITLE, Kind, Part, basis

PACK: Final = Kind(
    key="pack",
    title=_("基本信息"),
    purpose=_("名称、文本的版本号、施行日期和所引用的政策包"),
    shape="single",
    parts=(
        TITLE,
        Part(key="version", label=_("文本的版本号"), required=True, hint=_("例如1.0")),
        Part(
            key="valid_from",
            label=_("施行日期"),
            control="day",
            required=True,
            hint=_("从这一天起登记的事项按本包办理"),
        ),
        Part(key="notify_at", label=_("提醒的时刻"), hint=_("例如08:30；不写就是08:30")),
        Part(
            key="extends",
            label=_("引用的政策包"),
            control="texts",
            hint=_(
                "一行一个，例如_national；被引用的条目都可以使用，本包写了同名条目的，以本包为准"
            ),
        ),
    ),
)

SOURCES: Final = Kind(
    key="sources",
    title=_("依据文件"),
    purpose=_("各条规定来自哪些文件"),
    columns=("title", "issuer", "published_on"),
    parts=(
        TITLE,
        Part(key="issuer", label=_("制定机关")),
        Part(key="published_on", label=_("印发日期"), control="day"),
        Part(key="note", label=_("说明"), control="area"),
    ),
)

LISTS: Final = Kind(
    key="lists",
    title=_("名单"),
    purpose=_("容错情形、条件、负面清单等，表单里供选择"),
    columns=("title", "items"),
    parts=(
        TITLE,
        basis(),
        Part(
            key="items",
            label=_("条目"),
            control="rows",
            parts=(
                Part(key="code", label=_("编号"), required=True),
                Part(key="text", label=_("内容"), control="area"),
                Part(
                    key="text_missing",
                    label=_("原文没有写明内容，暂不能选用"),
                    control="flag",
                    default=False,
                ),
                Part(key="conditions", label=_("须同时具备的条件"), control="texts"),
                Part(key="against", label=_("相反的情形")),
                Part(key="group", label=_("分组")),
            ),
        ),
    ),
)

SETTINGS: Final = Kind(
    key="settings",
    title=_("设置"),
    purpose=_("各地可以不同的开关，表达式里写settings.标识"),
    columns=("title", "value"),
    parts=(
        TITLE,
        Part(key="value", label=_("取值"), control="worth", required=True),
        Part(key="options", label=_("可选的值"), control="worths"),
        basis(),
    ),
)

RULES: Final = Kind(
    key="rules",
    title=_("填写规则"),
    purpose=_("跨字段的规则：不成立就不能提交"),
    shape="list",
    columns=("form", "field", "message"),
    parts=(
        Part(key="form", label=_("表单"), control="ref", source="forms", required=True),
        Part(
            key="field",
            label=_("提示显示在哪个字段"),
            control="ref",
            source="fields",
            required=True,
        ),
        Part(key="check", label=_("应当成立的条件"), control="area", required=True, hint=FEEL),
        Part(key="message", label=_("不成立时的提示"), control="area", required=True),
        Part(key="fix", label=_("怎样改正")),
        Part(key="tells", label=_("提示后面列出哪些旧事项"), control="ref", source="earlier"),
        basis(required=False),
    ),
)

EARLIER: Final = Kind(
    key="earlier",
    title=_("同一事项的旧案"),
    purpose=_("以前登记的同一事项，供规则判断“只能一次”等"),
    parts=(
        TITLE,
        Part(key="procedures", label=_("哪些程序"), control="refs", source="procedures"),
        Part(key="where", label=_("哪些事项"), hint=FEEL),
        basis(),
    ),
)
