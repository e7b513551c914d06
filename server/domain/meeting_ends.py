"""What has to be there before an item of a meeting can be closed, and the draft of its minutes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.domain.texts import _
from server.domain.votes import Attendance, Member, Tally


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """A member with what he said and signed."""

    member: Member
    name: str
    is_dissent: bool = False
    has_confirmed: bool = False
    has_signed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One thing that has to be there."""

    key: str
    text: str
    is_met: bool
    #: what is missing, in words
    lack: str = ""


def conditions(
    counted: Tally, voices: Sequence[Voice], *, not_adopted: str, has_form: bool
) -> tuple[Condition, ...]:
    """Everything, in the order of the page; closing is possible when all are met.

    ``not_adopted`` is the option the meeting may end with without a majority, empty for none.
    ``has_form``: what else the form of the task asks is filled in.
    """
    there = [one for one in voices if one.member.is_there]
    unsigned = [one.name for one in there if not one.has_signed]
    return (
        *_of_presence(counted, voices),
        *_of_votes(counted, there, not_adopted),
        Condition(key="form", text=_("决定的其他内容已填"), is_met=has_form, lack=_("未填齐")),
        Condition(
            key="signatures",
            text=_("到会人员全部签名"),
            is_met=bool(there) and not unsigned,
            lack=_("差{names}").format(names=_("、").join(unsigned))
            if there
            else _("还没有人到会"),
        ),
    )


def _of_presence(counted: Tally, voices: Sequence[Voice]) -> Iterator[Condition]:
    unknown = [one for one in voices if one.member.attendance is Attendance.UNKNOWN]
    yield Condition(
        key="attendance",
        text=_("全体成员的到会情况已登记"),
        is_met=bool(voices) and not unknown,
        lack=_("差{n}人").format(n=len(unknown)),
    )
    yield Condition(
        key="quorum",
        text=_("到会人数达到{share}").format(share=counted.rule.quorum),
        is_met=counted.is_quorate,
        lack=_("差{n}人").format(n=max(counted.quorum_least - counted.present, 0)),
    )


def _of_votes(counted: Tally, there: Sequence[Voice], not_adopted: str) -> Iterator[Condition]:
    chairs = [one for one in there if one.member.is_chair]
    unconfirmed = [one.name for one in there if one.is_dissent and not one.has_confirmed]
    decided = counted.adopted is not None or bool(not_adopted)
    yield Condition(
        key="votes",
        text=_("到会成员全部表决"),
        is_met=counted.is_complete,
        lack=_("差{n}人").format(n=counted.waiting) if there else _("还没有人到会"),
    )
    yield Condition(
        key="chair",
        text=_("主持人末位表态") if counted.rule.chair_last else _("主持人已表决"),
        is_met=len(chairs) == 1 and chairs[0].member.has_voted,
        lack=_("未表态"),
    )
    yield Condition(
        key="result",
        text=_("有结论通过") if not not_adopted else _("已有结论"),
        is_met=counted.is_complete and decided,
        lack=_("没有通过") if counted.is_complete else _("未表决完"),
    )
    yield Condition(
        key="dissent",
        text=_("不同意见经本人确认"),
        is_met=not unconfirmed,
        lack=_("、").join(unconfirmed),
    )


def minutes(
    counted: Tally, voices: Sequence[Voice], *, matter: str, question: str, result: str
) -> str:
    """The minutes as the record gives them, to be written on by whoever keeps it."""
    dissenting = [one.name for one in voices if one.is_dissent and one.member.is_there]
    lines = [
        _("会议听取关于{matter}的汇报，逐人发表意见{last}。").format(
            matter=matter,
            last=_("，主持人最后表态") if counted.rule.chair_last else "",
        ),
        _("表决事项：{question}。").format(question=question.rstrip("。")),
        _("应到{total}人，回避{recused}人，基数{members}人，实到{present}人。").format(
            total=counted.total,
            recused=counted.recused,
            members=counted.members,
            present=counted.present,
        ),
    ]
    if counted.is_complete and result:
        lines.append(_("会议决定：{result}。").format(result=result))
    if dissenting:
        lines.append(_("{names}的不同意见附后。").format(names=_("、").join(dissenting)))
    return "\n".join(lines)
