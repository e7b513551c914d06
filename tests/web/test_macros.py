"""What the macros of all pages say: states, totals, errors, the strip of days."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.domain.day_strips import Day, Kind

TEMPLATES = Path(__file__).parents[2] / "server" / "web" / "templates"


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        ("'overdue', -3", "overdue", "逾期3个工作日"),
        ("'overdue', none", "overdue", "逾期"),
        ("'running', 0", "today", "今日到期"),
        ("'running', 1", "soon", "剩1个工作日"),
        ("'running', 2", "normal", "剩2个工作日"),
        ("'running', 20, unit='日'", "normal", "剩20日"),
        ("'stopped', 4", "stopped", "停计 余4个工作日"),
        ("'undetermined', none, note='暂计2027-01-05'", "undetermined", "期限待定 暂计2027-01-05"),
        ("'met'", "done", "按期"),
        ("'met_late'", "done", "逾期办结"),
        ("'cancelled'", "waiting", "不再计算"),
        ("''", "waiting", "未起算"),
    ],
)
def test_a_deadline_is_a_shape_a_word_and_a_colour(
    said: Callable[[str], str], text: Callable[[str], str], call: str, kind: str, words: str
) -> None:
    page = "{% import 'macros/state.html' as state %}{{ state.deadline(" + call + ") }}"
    assert text(page) == words
    assert f'class="state state-{kind}"><svg class="icon"' in said(page)


def test_a_reminder_is_never_red(said: Callable[[str], str]) -> None:
    page = "{% import 'macros/state.html' as state %}{{ state.deadline('overdue', -3, true) }}"
    assert "超过提示3个工作日 <small>非法定" in said(page)
    assert "state-overdue" not in said(page)
    row = "{% import 'macros/state.html' as state %}[{{ state.row_class('overdue', -3, true) }}]"
    assert said(row) == "[]"


def test_a_total_is_exact_or_more_than_ten_thousand(text: Callable[[str], str]) -> None:
    pager = "{% import 'macros/table.html' as table %}{% macro at(n) %}?page={{ n }}{% endmacro %}"
    assert text(pager + "{{ table.pager(1, 50, 16, at) }}") == "共16项"
    assert text(pager + "{{ table.pager(2, 50, 120, at) }}").startswith("共120项，第2页，共3页")
    beyond = text(pager + "{{ table.pager(3, 50, none, at, has_more=true) }}")
    assert beyond.startswith("超过10 000项，第3页")
    assert beyond.endswith("下一页")


def test_every_problem_leads_to_its_field(said: Callable[[str], str]) -> None:
    page = said(
        "{% import 'macros/form.html' as form %}"
        "{{ form.summary([('opinion', '请填写“意见”'), ('', '事项已经暂停')]) }}"
        "{{ form.area('opinion', '意见', '<b>', hint='写明理由', error='请填写“意见”') }}"
    )
    assert "有2处要改" in page
    assert '<a href="#opinion">请填写“意见”</a>' in page
    assert "<li>事项已经暂停</li>" in page
    assert 'aria-describedby="opinion-hint opinion-error" aria-invalid="true"' in page
    assert "&lt;b&gt;</textarea>" in page


def test_the_strip_tells_each_day_in_words(text: Callable[[str], str]) -> None:
    assert text("{% import 'macros/days.html' as days %}{{ days.days(cells) }}") == (
        "周四 2/12 受理 周五 13 第1天 周六 14 第2天 9天 15—23 放假 "
        "周二 24 第3天 周三 25 今天 第4天 周四 26 到期 第5天"
    )


def test_the_strip_marks_today_the_make_up_day_and_the_due_day(said: Callable[[str], str]) -> None:
    page = said("{% import 'macros/days.html' as days %}{{ days.days(cells) }}")
    assert 'class="counted makeup" data-makeup="班"' in page
    assert 'class="counted today" aria-current="date"' in page
    assert 'class="counted due"' in page
    late = said("{% import 'macros/days.html' as days %}{{ days.days(cells, 'overdue') }}")
    assert 'class="counted passed"' in late


@pytest.fixture
def said() -> Callable[[str], str]:
    """Renders a text that uses macros."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals["_"] = lambda message: message
    return lambda page: pages.from_string(page).render(cells=_cells())


@pytest.fixture
def text(said: Callable[[str], str]) -> Callable[[str], str]:
    """What a reader sees of it."""
    strip = Environment(autoescape=True).filters["striptags"]
    return lambda page: str(strip(said(page)))


def _cells() -> list[Day]:
    def day(number: int, kind: Kind = Kind.COUNTED, **more: object) -> Day:
        on = date(2026, 2, number)
        return Day(**{"on": on, "through": on, "kind": kind, "is_past": True, **more})  # type: ignore[arg-type]

    return [
        day(12, Kind.ORIGIN, note="受理"),
        day(13, n=1),
        day(14, n=2, is_makeup=True),
        day(15, Kind.REST, through=date(2026, 2, 15) + timedelta(days=8), note="放假"),
        day(24, n=3),
        day(25, n=4, is_today=True, is_past=False),
        day(26, n=5, is_due=True, is_past=False),
    ]
