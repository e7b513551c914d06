"""``rongcuo takeover``: running matters from a workbook, checked row by row and opened."""

import argparse
from pathlib import Path

from server.cli.arguments import Commands
from server.cli.console import Console, complain, finding_line, read_bytes
from server.cli.stores import clock, installed
from server.domain.access import SYSTEM
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.services.context import reading, transaction
from server.services.identity import people
from server.services.takeover import books, openings
from server.services.takeover.books import Book, Checked
from server.services.takeover.plans import Plan


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("takeover", _("接续办理：把已经在办的事项按表格转入"))
    blank = nested.command("template", _("生成一个程序的空表"), _template)
    blank.add_argument("procedure", metavar="PROCEDURE", help=_("程序的标识"))
    blank.add_argument("file", metavar="FILE", type=Path, help=_("写入的xlsx文件"))
    checked = nested.command("check", _("逐行检查，什么也不改变"), _check)
    checked.add_argument("file", metavar="FILE", type=Path, help=_("填好的xlsx文件"))
    done = nested.command("open", _("把表中的事项接续到所在的环节；已经接续的不重复"), _open)
    done.add_argument("file", metavar="FILE", type=Path, help=_("填好的xlsx文件"))
    done.add_argument("--by", metavar="LOGIN", required=True, help=_("对这批事项负责的人的账号"))
    done.add_argument(
        "--valid-rows",
        action="store_true",
        help=_("有问题的行跳过，其余照办；默认有一行有问题就全部不办"),
    )


def _template(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, clock(tools, console)) as ctx:
        content = books.template(ctx, options.procedure)
    try:
        options.file.write_bytes(content)
    except OSError as error:
        message = _("无法写入“{file}”：{why}")
        raise Invalid(message.format(file=options.file, why=error.strerror)) from None
    console.say({"file": str(options.file)}, [_("已生成{file}").format(file=options.file)])
    return 0


def _check(options: argparse.Namespace, console: Console) -> int:
    content = read_bytes(options.file)
    with installed(console) as tools, reading(tools, SYSTEM, clock(tools, console)) as ctx:
        book = books.check(ctx, content)
        document, lines = _told(book), [_line(row) for row in book.rows]
    _complain(book)
    console.say(document, [*lines, _summary(book)])
    return 0 if book.is_sound else 1


def _open(options: argparse.Namespace, console: Console) -> int:
    content = read_bytes(options.file)
    with installed(console) as tools, transaction(tools, SYSTEM, clock(tools, console)) as ctx:
        by = people.person_by_login(ctx, options.by).id
        book = books.check(ctx, content)
        done = openings.open_all(ctx, book, by, valid_rows=options.valid_rows)
    _complain(book)
    document = [
        {"row": one.number, "case": one.case_id, "reference": one.reference, "former": one.former}
        for one in done
    ]
    text = _("第{row}行 {former} 已接续，新案号{reference}")
    lines = [
        text.format(row=one.number, former=one.former, reference=one.reference) for one in done
    ]
    known = sum(row.is_known for row in book.rows)
    lines.append(_("接续{n}件，此前已经接续{known}件").format(n=len(done), known=known))
    console.say({"opened": document, "known": known}, lines)
    return 0 if book.is_sound else 1


def _complain(book: Book) -> None:
    for finding in books.lines(book):
        complain(finding_line(finding))


def _told(book: Book) -> dict[str, Json]:
    rows = [
        {
            "row": row.number,
            "former": row.reference,
            "step": row.step,
            "state": _state(row),
            "offices": _offices(row.plan) if row.plan else [],
            "deadlines": _clocks(row.plan) if row.plan else [],
            "problems": [
                {"column": one.field, "message": one.message, "fix": one.fix}
                for one in row.problems
            ],
        }
        for row in book.rows
    ]
    return {"hash": book.hash, "rows": rows}


def _state(row: Checked) -> str:
    if row.problems:
        return "wrong"
    return "known" if row.is_known else "ready"


def _offices(plan: Plan) -> list[Json]:
    return [
        {"step": task.node_key, "office": seat.office.name if seat.office else seat.role}
        for task, seat in plan.seats
    ]


def _clocks(plan: Plan) -> list[Json]:
    return [
        {
            "key": one.rule,
            "title": one.title,
            "state": one.state,
            "due_on": one.due_on.isoformat() if one.due_on else None,
        }
        for one in plan.course.left
    ]


def _line(row: Checked) -> str:
    if row.problems:
        text = _("第{row}行 {former} 有{n}处问题")
        return text.format(row=row.number, former=row.reference, n=len(row.problems))
    if row.plan is None:
        return _("第{row}行 {former} 已经接续").format(row=row.number, former=row.reference)
    offices = _("、").join(
        seat.office.name if seat.office else _("本案人员") for _task, seat in row.plan.seats
    )
    text = _("第{row}行 {former} 可以接续到“{step}”，承办：{offices}")
    found = text.format(row=row.number, former=row.reference, step=row.step, offices=offices)
    words = {"overdue": _("已逾期"), "running": _("计算中"), "undetermined": _("待定")}
    for clock_left in row.plan.course.left:
        due = clock_left.due_on.isoformat() if clock_left.due_on else _("期限待定")
        found += _("；{title} {due} {state}").format(
            title=clock_left.title, due=due, state=words.get(clock_left.state, clock_left.state)
        )
    return found


def _summary(book: Book) -> str:
    wrong = sum(bool(row.problems) for row in book.rows)
    known = sum(row.is_known and not row.problems for row in book.rows)
    text = _("共{n}行：可以接续{ready}行，已经接续{known}行，有问题{wrong}行")
    return text.format(n=len(book.rows), ready=len(book.new), known=known, wrong=wrong)
