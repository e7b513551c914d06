"""The editors of tables and forms: nothing is lost, what is offered is taken, in Chinese."""

import json
import re
from pathlib import Path
from typing import Any, Final

from lxml import etree
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import Visitor

DESIGNER: Final = "p.designer.head"
COLLEAGUE: Final = "p.designer.1"
TABLE: Final = "/studio/nanyang/table?file=processes/nanyang/handling.dmn"
FORM: Final = "/studio/nanyang/form?file=forms/nanyang/accept.form.json"
_TWO: Final = "两个人改了同一份文件"
SAVED: Final = re.compile(r"已自动保存 \d\d:\d\d")
ROOT: Final = Path(__file__).parents[2]

#: the editor's own handle, kept for the test before anything is drawn
_KEEP: Final = "document.addEventListener('drawn', ({ detail }) => { window.editor = detail; });"

_AGAIN: Final = """async (texts) => {
    const found = [];
    for (const text of texts) {
        await window.editor.draw(text);
        found.push(await window.editor.getContent());
    }
    return found;
}"""

_UNCOVERED: Final = """(link) => {
    const { x, y, width, height } = link.getBoundingClientRect();
    const there = document.elementFromPoint(x + width / 2, y + height / 2);
    return width > 0 && height > 0 && link.contains(there);
}"""


def test_every_shipped_table_is_the_same_when_it_was_opened_and_kept(visit: Visit) -> None:
    files = sorted(ROOT.glob("processes/*/*.dmn"))
    assert len(files) > 20
    page = opened(visit(DESIGNER), TABLE)
    texts = [file.read_text("utf-8") for file in files]
    for file, before, after in zip(files, texts, page.evaluate(_AGAIN, texts), strict=True):
        assert meaning(after) == meaning(before), file


def test_every_shipped_form_is_the_same_to_the_letter_when_it_was_opened_and_kept(
    visit: Visit,
) -> None:
    files = sorted(ROOT.glob("forms/*/*.form.json"))
    assert len(files) > 200
    page = opened(visit(DESIGNER), FORM)
    texts = [file.read_text("utf-8") for file in files]
    for file, before, after in zip(files, texts, page.evaluate(_AGAIN, texts), strict=True):
        assert after == before, file


def test_a_cell_is_changed_kept_taken_back_and_tried_out(visit: Visit) -> None:
    visitor = visit(DESIGNER)
    page = opened(visitor, TABLE)
    page.get_by_role("button", name="nanyang_handlers", exact=True).click()
    expect(page.get_by_text("由谁承办、审批和决定")).to_be_visible()
    cell = page.locator('td[data-element-id="nanyang_handlers_rule_1_in_1"]')
    cell.click()
    page.keyboard.press("End")
    page.keyboard.type("x")
    expect(page.locator("#kept")).to_have_text(SAVED)
    expect(page.locator("#problems")).to_contain_text("个错误")
    page.get_by_role("button", name="第1行“主办机关”").first.click()
    red = "(cell) => getComputedStyle(cell).boxShadow"
    assert "179, 38, 30" in cell.evaluate(red)
    visitor.snap("决策表有错误")
    page.get_by_role("button", name="撤销").click()
    expect(cell).to_have_text('"party_committee"', use_inner_text=True)
    expect(page.locator("#problems")).not_to_contain_text("个错误")

    page.get_by_label("handling_choice").fill("assign")
    page.get_by_label("lead_organ").fill("discipline_organ")
    page.get_by_label("origin").fill("assigned")
    page.get_by_role("button", name="试算").click()
    expect(page.locator("#trying .verdict")).to_have_text("命中：第3行")
    expect(page.locator("#trying")).to_contain_text("secretary")
    hit = page.locator('td.rule-index[data-row-id="nanyang_handlers_rule_3"]')
    assert "inset" in hit.evaluate(red)
    visitor.snap("试算")
    assert visitor.check() == []


def test_a_label_is_changed_while_the_connection_is_lost_and_a_colleague_writes_too(
    visit: Visit,
) -> None:
    first, second = visit(DESIGNER), visit(COLLEAGUE)
    one, other = opened(first, FORM), opened(second, FORM)
    one.evaluate("() => { window.kept = fetch; window.fetch = () => Promise.reject(Error()); }")
    label(one).fill("甲写的")
    expect(one.locator("#kept")).to_contain_text("没有保存上，正在重试")
    one.evaluate("() => { window.fetch = window.kept; dispatchEvent(new Event('online')); }")
    expect(one.locator("#kept")).to_have_text(SAVED)

    label(other).fill("乙写的")
    dialog = other.get_by_role("dialog", name=_TWO)
    expect(dialog).to_be_visible()
    other.keyboard.press("Escape")
    dialog.get_by_role("button", name="保留我的").click()
    expect(other.locator("#kept")).to_have_text(SAVED)
    label(one).fill("甲又写的")
    again = one.get_by_role("dialog", name=_TWO)
    again.get_by_role("button", name=re.compile("^改用")).click()
    expect(one.locator(".fjs-form-container")).to_contain_text("乙写的")
    kept = stored(one, FORM)
    assert kept["components"][0]["label"] == "乙写的"
    assert "layout" not in json.dumps(kept)


def test_a_form_is_offered_what_the_server_takes_and_is_tried_out(visit: Visit) -> None:
    visitor = visit(DESIGNER)
    page = opened(visitor, FORM)
    offered = page.locator(".fjs-palette-field").evaluate_all(
        "(fields) => fields.map((field) => field.dataset.fieldType)"
    )
    assert set(offered) >= {"textfield", "datetime", "dynamiclist", "filepicker"}
    assert not set(offered) & {"html", "iframe", "documentPreview", "button"}
    page.locator('.fjs-palette-field[data-field-type="datetime"]').press("Enter")
    page.locator('.fjs-palette-field[data-field-type="textfield"]').press("Enter")
    expect(page.locator("#kept")).to_have_text(SAVED)
    date, text = stored(page, FORM)["components"][-2:]
    assert date["dateLabel"] == "日期"
    assert date["subtype"] == "date"
    assert text["label"] == "单行文字"
    expect(page.locator("#problems")).to_contain_text("没有问题")
    page.get_by_role("button", name="试填").click()
    expect(page.locator("[data-preview] .drawn")).to_contain_text("单行文字")
    expect(page.locator("[data-canvas]")).to_be_hidden()
    visitor.snap("试填")
    assert visitor.check() == []


def test_both_editors_speak_chinese_and_their_maker_is_named(visit: Visit) -> None:
    visitor = visit(DESIGNER)
    page = opened(visitor, TABLE)
    assert page.locator("a.bjs-powered-by").evaluate(_UNCOVERED)
    words = [*_palette(page)]
    page.get_by_role("button", name="nanyang_handlers", exact=True).click()
    page.locator("td.output-cell").first.click(button="right")
    words += texts(page.locator(".context-menu"))
    page.keyboard.press("Escape")
    page.locator("th.input-cell").first.dblclick()
    words += texts(page.locator(".context-menu-container"))
    assert english(words) == []
    assert page.locator("a.bjs-powered-by").evaluate(_UNCOVERED)
    assert page.locator("[data-island]").get_attribute("data-untranslated") is None
    assert visitor.check() == []

    page = opened(visitor, FORM)
    assert page.locator("a.fjs-powered-by-link").evaluate(_UNCOVERED)
    for kind in ("textfield", "number", "datetime", "select", "dynamiclist", "text", "filepicker"):
        page.locator(f'.fjs-palette-field[data-field-type="{kind}"]').press("Enter")
        expect(page.locator("#panel [data-entry-id]").first).to_be_attached()
        heads = page.locator("#panel .bio-properties-panel-group-header:not(.open)")
        heads.evaluate_all("(heads) => heads.forEach((head) => head.click())")
        assert english(texts(page.locator("#panel, .fjs-palette-container"))) == [], kind
    visitor.snap("表单属性")
    assert visitor.check() == []


def opened(visitor: Visitor, path: str) -> Page:
    visitor.page.add_init_script(_KEEP)
    assert visitor.go(path) == 200
    visitor.page.locator("[data-island][data-drawn=true]").wait_for()
    return visitor.page


def label(page: Page) -> Locator:
    """The entry for the name of the first field."""
    entry = page.locator('#panel [data-entry-id="label"]').locator("[contenteditable], input")
    if not entry.first.is_visible():
        page.locator('.fjs-element[data-id="accept_1"]').click()
        page.locator("#panel .bio-properties-panel-group-header").first.click()
    return entry.first


def stored(page: Page, path: str) -> Any:
    """The file as the server keeps it."""
    source = page.locator("[data-island]").get_attribute("data-src")
    origin = page.url.removesuffix(path)
    return json.loads(page.request.get(f"{origin}{source}").json()["content"])


def texts(places: Locator) -> list[str]:
    """What is read, and what is told when pointed at."""
    found: list[str] = places.evaluate_all(
        """(places) => places.flatMap((place) => [
            place.innerText,
            ...[...place.querySelectorAll("*")].flatMap(
                (one) => [one.title, one.placeholder, one.ariaLabel]),
        ]).filter(Boolean)"""
    )
    return found


def english(words: list[str]) -> list[str]:
    """Sentences of the components that were left as they came: two Latin words side by side."""
    plain = [re.sub(r'"[^"]*"|“[^”]*”|Markdown', "", text) for text in words]
    return [text for text in plain if re.search(r"[A-Z][a-z]{2,}|[a-z]{3,} [a-z]{3,}", text)]


def _palette(page: Page) -> list[str]:
    page.locator(".djs-shape").first.click(force=True)
    return texts(page.locator(".djs-palette, .djs-context-pad"))


def meaning(xml: str) -> bytes:
    """The same for two files that differ in nothing but the way they are written."""
    parser = etree.XMLParser(remove_blank_text=True, strip_cdata=True)
    root = etree.fromstring(xml.encode(), parser)
    for element in root.iter():
        if not (element.text or "").strip():
            element.text = None
    etree.cleanup_namespaces(root)
    return etree.tostring(root, method="c14n2")
