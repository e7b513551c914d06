"""名单和期限: what is in pack.yaml, changed in forms; each save is a draft of the file."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html as parser

from server.adapters import pack_copies, yaml_files
from server.adapters.pack_copies import TEMPLATE, Wanted
from server.adapters.packs import PackFiles, read_folder
from server.domain.access import SYSTEM
from server.services.context import Tools, reading, transaction
from server.services.identity import people
from server.services.packs import new_packs, workspace
from server.services.packs.new_packs import Begun
from server.services.packs.workspace import File
from tests.factories.site import MONDAY

SignIn = Callable[[str], FlaskClient]

DESIGNER = "p.designer.head"
COLLEAGUE = "p.designer.1"
ROOT = "/studio/linhai/entries"
REVIEW = f"{ROOT}/deadlines/review"
SITUATIONS = f"{ROOT}/lists/situations"


def test_every_section_is_there_with_what_the_pack_says_and_what_it_takes_over(
    sign_in: SignIn,
) -> None:
    client = sign_in(DESIGNER)
    overview = text(client, ROOT)
    assert "4条" in overview
    assert "另引用20条" in overview
    assert "处有问题" not in overview
    listed = text(client, f"{ROOT}/settings")
    assert "引用_national" in listed
    assert "第十条" in text(client, f"{ROOT}/deadlines")
    assert client.get(f"{ROOT}/pack").location.endswith("/entries/pack/all")


def test_a_number_is_changed_in_its_line_and_checked(sign_in: SignIn, demo_tools: Tools) -> None:
    client = sign_in(DESIGNER)
    before = manifest(demo_tools).content.decode()
    page = saved(client, REVIEW, {"a.interval.n": "6"}, is_checked=True)
    assert "这一条检查通过" in page
    after = manifest(demo_tools).content.decode()
    changed = [
        (old, new)
        for old, new in zip(before.split("\n"), after.split("\n"), strict=True)
        if old != new
    ]
    assert changed == [
        ("    interval: {n: 5, unit: working}", "    interval: {n: 6, unit: working}")
    ]


def test_what_is_not_right_is_kept_and_told_at_its_field(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESIGNER)
    page = saved(client, REVIEW, {"a.interval.n": "六", "a.origin": "no_such"})
    assert "此处的值不正确：应为整数" in page
    assert 'value="六"' in page
    assert entry(demo_tools, "deadlines", "review")["interval"]["n"] == "六"
    assert "1处有问题" in text(client, ROOT)
    page = saved(client, REVIEW, {"a.interval.n": "5"}, is_checked=True)
    assert "no_such" in page
    assert "有1处要改，改好才能发布" in page


def test_rows_are_added_moved_and_taken_away_before_anything_is_kept(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESIGNER)
    page = text(client, SITUATIONS)
    typed = {**answers(page), "a.title": "情形", "add": "items"}
    page = sent(client, SITUATIONS, typed)
    assert 'name="a.items[3].code"' in page
    typed = {**answers(page), "a.items[3].code": "T09", "a.items[3].text": "第九种"}
    page = sent(client, SITUATIONS, {**typed, "move": "items[3]:up"})
    typed = answers(page)
    assert typed["a.items[2].code"] == "T09"
    assert typed["a.title"] == "情形"
    page = sent(client, SITUATIONS, {**typed, "remove": "items[0]"})
    assert len(entry(demo_tools, "lists", "situations")["items"]) == 3
    saved(client, SITUATIONS, answers(page), begun=page)
    codes = [each["code"] for each in entry(demo_tools, "lists", "situations")["items"]]
    assert codes == ["T02", "T09", "T03"]


def test_two_designers_change_different_entries_and_not_the_same_one(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    mine, other = sign_in(DESIGNER), sign_in(COLLEAGUE)
    before = text(mine, REVIEW)
    saved(other, SITUATIONS, {"a.title": "情形"})
    saved(mine, REVIEW, {"a.interval.n": "6"}, begun=before)
    answer = mine.post(REVIEW, data={**answers(before), "a.interval.n": "7", **csrf(before)})
    assert answer.status_code == 409
    page = html.unescape(answer.get_data(as_text=True))
    assert "这一条刚刚由他人改过" in page
    assert answers(page)["a.interval.n"] == "7"
    saved(mine, REVIEW, answers(page), begun=page)
    assert entry(demo_tools, "deadlines", "review")["interval"]["n"] == 7
    assert entry(demo_tools, "lists", "situations")["title"] == "情形"


def test_a_new_entry_needs_a_key_of_its_own(sign_in: SignIn, demo_tools: Tools) -> None:
    client = sign_in(DESIGNER)
    new = f"{ROOT}/sources/new"
    page = text(client, new)
    for name in ("", "two words", "文件", "measures", "new"):
        typed = {**answers(page), **csrf(page), "name": name, "a.title": "办法"}
        answer = client.post(new, data=typed)
        assert answer.status_code == 422, name
        assert 'value="办法"' in answer.get_data(as_text=True)
    saved(client, new, {"name": "opinion", "a.title": "意见"}, begun=page)
    assert entry(demo_tools, "sources", "opinion") == {"title": "意见"}
    rule = f"{ROOT}/incompatible/new"
    saved(client, rule, {"a.duties": "review\ndecide", "a.basis.default": "默认"})
    assert entry(demo_tools, "incompatible", -1) == {
        "duties": ["review", "decide"],
        "basis": {"default": "默认"},
    }


def test_an_inherited_entry_is_taken_over_and_given_back(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESIGNER)
    address, before = f"{ROOT}/settings/review_wd", manifest(demo_tools).content
    assert "由所引用的政策包_national提供" in text(client, address)
    saved(client, address, {"a.title": "复核的期限（本地）"})
    assert entry(demo_tools, "settings", "review_wd")["title"] == "复核的期限（本地）"
    page = text(client, address)
    assert "代替了_national的同名条目" in page
    assert client.post(address, data={"act": "remove", **csrf(page)}).status_code == 303
    assert manifest(demo_tools).content == before
    assert "由所引用的政策包_national提供" in text(client, address)
    page = text(client, address)
    assert client.post(address, data={"act": "remove", **csrf(page)}).status_code == 404


def test_a_new_key_changes_the_entries_that_name_it_and_says_what_else_does(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESIGNER)
    address = f"{ROOT}/events/application_filed"
    page = text(client, address)
    assert "期限：审查申请" in page
    assert (
        client.post(address, data={"act": "rename", "name": "reviewed", **csrf(page)}).status_code
        == 422
    )
    answer = client.post(address, data={"act": "rename", "name": "taken_in", **csrf(page)})
    assert answer.location.endswith("/events/taken_in?checked=1")
    assert entry(demo_tools, "deadlines", "review")["origin"] == "taken_in"
    assert "linhai_procedure.bpmn" in text(client, REVIEW)


def test_an_entry_can_be_written_as_text_with_the_problem_at_its_line(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESIGNER)
    page = text(client, f"{REVIEW}?as=text")
    written = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.S)
    assert written
    broken = client.post(REVIEW, data={**csrf(page), **digest(page), "text": "title: ["})
    assert broken.status_code == 422
    assert "title: [</textarea>" in broken.get_data(as_text=True)
    typed = written[1] + "colour: red\n"
    saved(client, REVIEW, {"text": typed}, begun=page)
    page = text(client, f"{REVIEW}?as=text")
    line = typed.count("\n")
    assert f"第{line}行：不认识的项" in re.sub(r"\s+", "", page)
    assert entry(demo_tools, "deadlines", "review")["colour"] == "red"


def test_rights_are_one_choice_for_each_field_of_the_form(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESIGNER)
    address = f"{ROOT}/fields/review"
    saved(
        client,
        f"{ROOT}/fields/new",
        {"name": "review", "a.basis.default": "默认"},
    )
    assert "a.rights.review_reasons" in text(client, address)
    saved(client, address, {"a.rights.review_reasons": "read"})
    assert entry(demo_tools, "fields", "review") == {
        "read": ["review_reasons"],
        "basis": {"default": "默认"},
    }


def test_what_the_pack_is_called_and_from_when_it_holds(sign_in: SignIn, demo_tools: Tools) -> None:
    client = sign_in(DESIGNER)
    saved(client, f"{ROOT}/pack/all", {"a.title": "临海新办法", "a.valid_from": "2027-01-01"})
    told, _findings = yaml_files.load("", manifest(demo_tools).content)
    assert told["title"] == "临海新办法"
    assert told["valid_from"].isoformat() == "2027-01-01"
    assert told["version"] == "1.0"


def test_a_file_that_cannot_be_read_is_said_so_on_every_page(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESIGNER)
    page = text(client, ROOT)
    file = "/studio/linhai/text?file=processes/linhai/pack.yaml"
    revision = manifest(demo_tools).revision
    data = {"content": "title: [", "revision": revision, **csrf(page)}
    assert client.post(file, data=data).status_code == 303
    assert "不是有效的YAML" in text(client, ROOT)
    assert "不是有效的YAML" in text(client, f"{ROOT}/deadlines")
    assert client.get(REVIEW).status_code == 404


def test_only_designers_come_here_and_only_to_what_there_is(sign_in: SignIn) -> None:
    assert sign_in("county1.case_supervision.head").get(REVIEW).status_code == 403
    client = sign_in(DESIGNER)
    for address in ("/studio/no_such/entries", f"{ROOT}/no_such", f"{ROOT}/deadlines/no_such"):
        assert client.get(address).status_code == 404, address


@pytest.fixture(autouse=True)
def linhai(demo_tools: Tools) -> None:
    """A pack of its own, from the template: a small one is read in no time."""
    base = read_folder(demo_tools.config.shipped / "processes" / TEMPLATE)
    wanted = Wanted(
        key="linhai", title="临海", valid_from=MONDAY.date(), mark="临容", locality="临海县"
    )
    files = PackFiles(key="linhai", files=pack_copies.copied(base, wanted))
    with reading(demo_tools, SYSTEM, MONDAY) as ctx:
        designer = people.actor(ctx, DESIGNER)
    with transaction(demo_tools, designer, MONDAY) as ctx:
        new_packs.store(ctx, Begun(files=files, findings=()))


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (answer.status, address)
    return html.unescape(answer.get_data(as_text=True))


def answers(page: str) -> dict[str, Any]:
    """What the form on the page would send as it stands."""

    forms: Any = parser.document_fromstring(page).xpath("//form[contains(@class, 'entry')]")
    form = forms[0]
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        if name in found:
            held = found[name]
            found[name] = [*(held if isinstance(held, list) else [held]), value]
        else:
            found[name] = value
    return found


def csrf(page: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return {"csrf_token": found[1]}


def digest(page: str) -> dict[str, str]:
    return {"digest": answers(page)["digest"]}


def sent(client: FlaskClient, address: str, typed: Mapping[str, Any]) -> str:
    answer = client.post(address, data=typed)
    assert answer.status_code == 200, answer.status
    return html.unescape(answer.get_data(as_text=True))


def saved(
    client: FlaskClient,
    address: str,
    typed: Mapping[str, Any],
    begun: str = "",
    *,
    is_checked: bool = False,
) -> str:
    """The page after the form was filled in like this and kept."""
    page = begun or text(client, address)
    known = answers(page)
    given = {**digest(page), **typed, **csrf(page)} if "text" in typed else {**known, **typed}
    answer = client.post(address, data=given)
    assert answer.status_code == 303, html.unescape(answer.get_data(as_text=True))[:3000]
    # the check of the whole pack takes its time; most tests can do without what it says
    return text(client, answer.location if is_checked else answer.location.partition("?")[0])


def manifest(tools: Tools) -> File:
    with reading(tools, SYSTEM, MONDAY) as ctx:
        return workspace.file(ctx, "linhai", "processes/linhai/pack.yaml")


def entry(tools: Tools, section: str, key: Any) -> Any:
    value, findings = yaml_files.load("", manifest(tools).content)
    assert findings == []
    return value[section][key]
