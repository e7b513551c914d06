"""How each act of the chain is told in the timeline of a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.texts import _


@dataclass(frozen=True, slots=True)
class Word:
    """How an act of the chain is told."""

    text: str
    kind: str = "done"
    is_main: bool = True


WORDS: Final[Mapping[str, Word]] = {
    "case.open": Word(_("提出")),
    "case.take_over": Word(_("接续办理"), "active"),
    "case.close": Word(_("办结")),
    "case.incident": Word(_("因故障暂停"), "overdue"),
    "case.resolve": Word(_("恢复办理")),
    "case.suspend": Word(_("暂停办理"), "back"),
    "case.reopen": Word(_("办结后重新办理"), "back"),
    "case.resume": Word(_("恢复办理"), "active"),
    "case.cancel": Word(_("终止办理")),
    "case.retry": Word(_("重试"), "active"),
    "case.move": Word(_("调整环节"), "back"),
    "case.migrate": Word(_("迁移到新版本"), "active"),
    "case.amend": Word(_("更正流程数据")),
    "work.claim": Word(_("签收"), "active", is_main=False),
    "work.release": Word(_("退签"), "back", is_main=False),
    "work.complete": Word(_("办理")),
    "work.return": Word(_("退回"), "back"),
    "work.withdraw": Word(_("撤回"), "back"),
    "work.convene": Word(_("召开会议"), "active"),
    "work.revote": Word(_("重新表决"), "back"),
    "work.adjourn": Word(_("撤下议题"), "back"),
    "recusal.declare": Word(_("声明回避"), "back"),
    "recusal.note": Word(_("登记应当回避的人员"), "back", is_main=False),
    "recusal.grant": Word(_("决定回避"), is_main=False),
    "work.pass_up": Word(_("无人可办，转上级机关"), "active"),
    "work.unattended": Word(_("因回避无人可办"), "overdue"),
    "work.transfer": Word(_("转办"), "active"),
    "work.cc": Word(_("抄送"), is_main=False),
    "work.cc_withdraw": Word(_("撤回抄送"), "back", is_main=False),
    "work.urge": Word(_("催办"), "active"),
    "case.hasten": Word(_("列为快查快结"), "active"),
    "case.ease": Word(_("取消快查快结")),
    "case.urge": Word(_("催办"), "active"),
    "case.withdraw_application": Word(_("撤回申请"), "back"),
    "work.add_signers": Word(_("加签"), "active"),
    "work.remove_signers": Word(_("减签"), "back"),
    "work.submit": Word(_("提交待签署"), "active"),
    "work.sign": Word(_("签署意见")),
    "work.delegate": Word(_("委派"), "active"),
    "work.resolve": Word(_("交回")),
    "work.lapse": Word(_("签收人离岗，退回"), "back"),
    "work.recall": Word(_("收回"), "back"),
    "work.decline": Word(_("不接收"), "back"),
    "message.begin": Word(_("依来函启动"), "active"),
    "paper.issue": Word(_("出具文书")),
    "paper.serve": Word(_("送达文书")),
    "message.deliver": Word(_("收到")),
    "message.send": Word(_("发出"), is_main=False),
    "timer.fire": Word(_("期满，自动转入下一步"), "active"),
    "timer.fail": Word(_("定时未能执行"), "overdue", is_main=False),
    "participant.join": Word(_("加入"), is_main=False),
    "participant.leave": Word(_("退出"), "back", is_main=False),
    "deadline.start": Word(_("起算期限"), "active", is_main=False),
    "deadline.running": Word(_("恢复计算期限"), "active", is_main=False),
    "deadline.undetermined": Word(_("期限待定"), "active", is_main=False),
    "deadline.stopped": Word(_("中止计算期限"), "back", is_main=False),
    "deadline.overdue": Word(_("逾期"), "overdue"),
    "deadline.met": Word(_("按期完成"), is_main=False),
    "deadline.met_late": Word(_("逾期完成"), "overdue"),
    "deadline.cancelled": Word(_("不再计算期限"), "back", is_main=False),
    "deadline.stop": Word(_("中止期限"), "back"),
    "deadline.restart": Word(_("恢复期限"), "active"),
    "deadline.extend": Word(_("延长期限")),
    "deadline.correct": Word(_("更正日期，重新计算期限")),
    "correction.ask": Word(_("提出更正日期"), "active"),
    "correction.approve": Word(_("批准更正日期"), is_main=False),
    "correction.refuse": Word(_("没有批准更正日期"), "back"),
    "correction.withdraw": Word(_("撤回更正日期"), "back", is_main=False),
    "deadline.hand_over": Word(_("移送后由接收机构重新起算期限"), "active", is_main=False),
    "deadline.return": Word(_("退回，期限重新计算"), "active", is_main=False),
    "request.ask": Word(_("请示"), "active"),
    "request.consent": Word(_("同意请示")),
    "request.refuse": Word(_("没有同意请示"), "back"),
    "request.withdraw": Word(_("撤回请示"), "back", is_main=False),
    "deadline.recompute": Word(_("按新公布的放假安排重算期限"), is_main=False),
    "deadline.adopt": Word(_("按新版本重新计算期限"), "active", is_main=False),
    "deadline.remind": Word(_("提醒"), "active"),
}
