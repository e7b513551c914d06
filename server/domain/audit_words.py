"""What people call the acts and looks of the audit record."""

from collections.abc import Mapping
from typing import Final

from server.domain.texts import _

#: every act that is filtered by: its code and its word
AUDIT_WORDS: Final[Mapping[str, str]] = {
    "application.read": _("查看本人事项"),
    "attachment.add": _("上传附件"),
    "attachment.bind": _("附件入卷"),
    "attachment.read": _("下载附件"),
    "audit.read": _("查看审计记录"),
    "audit.verify": _("核对记录链"),
    "calendar.import": _("导入放假安排"),
    "case.cancel": _("撤销事项"),
    "case.close": _("办结事项"),
    "case.diagram": _("查看流程图"),
    "case.events": _("查看办理过程"),
    "case.incident": _("事项发生异常"),
    "case.open": _("提出事项"),
    "case.print": _("打印卷宗"),
    "case.read": _("查看案卷"),
    "case.resolve": _("处理异常"),
    "case.resume": _("恢复办理"),
    "case.suspend": _("暂停办理"),
    "deadline.cancelled": _("期限不再计算"),
    "deadline.recompute": _("期限重新计算"),
    "deadline.remind": _("发出期限提醒"),
    "deadline.start": _("期限起算"),
    "denied": _("被拒绝的访问"),
    "drill.mark": _("建立演练环境"),
    "drill.move": _("调整演练时钟"),
    "ledger.export": _("导出台账"),
    "ledger.read": _("查看台账"),
    "message.deliver": _("收到来函"),
    "message.send": _("发出函件"),
    "pack.draft": _("保存政策包草稿"),
    "pack.publish": _("发布政策包"),
    "paper.read": _("查看文书"),
    "participant.join": _("参加办理"),
    "participant.leave": _("退出办理"),
    "people.export": _("导出人员表"),
    "person.add": _("增加人员"),
    "person.change": _("更改人员"),
    "person.create": _("建立账号"),
    "person.disable": _("停用账号"),
    "person.enable": _("恢复账号"),
    "person.prefer": _("更改个人设置"),
    "post.create": _("任职"),
    "post.end": _("免职"),
    "region.load": _("载入机构和人员"),
    "search": _("搜索"),
    "secret.change": _("更改口令"),
    "secret.set": _("设置口令"),
    "session.end": _("结束会话"),
    "sign_in": _("登录"),
    "sign_in.refused": _("登录被拒绝"),
    "sign_out": _("退出登录"),
    "task.form": _("查看待办表单"),
    "task.read": _("查看待办"),
    "timer.fail": _("定时失败"),
    "timer.fire": _("定时到时"),
    "unit.change": _("更改机构"),
    "unit.close": _("撤销机构"),
    "unit.create": _("设立机构"),
    "work.claim": _("签收"),
    "work.complete": _("办结待办"),
    "work.release": _("退还待办"),
}


def audit_word(verb: str) -> str:
    """What people call an act; its code where it has no word of its own."""
    return AUDIT_WORDS.get(verb, verb)
