"""Files: taken in, bound to the step they are handed in with, read by whoever reads its paper."""

from datetime import timedelta
from io import BytesIO

import pytest

from server import config
from server.domain.errors import Invalid, NotFound
from server.services.files import attachments
from server.services.verbs import work
from tests.factories.files import EXE, PDF
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    AUDIT,
    COLLEAGUE,
    DESK,
    NOW,
    STRANGER,
    Tiny,
)


def test_a_draft_is_seen_by_whoever_uploaded_it_alone(tiny: Tiny) -> None:
    draft = added(tiny, APPLICANT)

    assert tiny.act(APPLICANT, lambda ctx: attachments.open_for(ctx, draft)).name == "合同.pdf"
    for login in (DESK, STRANGER):
        with pytest.raises(NotFound):
            tiny.act(login, lambda ctx: attachments.open_for(ctx, draft))


def test_a_file_handed_in_belongs_to_the_case_and_is_read_with_its_paper(tiny: Tiny) -> None:
    case_id = supplementing(tiny)
    draft = added(tiny, APPLICANT)
    hand_in(tiny, case_id, [draft])

    for login in (APPLICANT, DESK, COLLEAGUE):
        opened = tiny.act(login, lambda ctx: attachments.open_for(ctx, draft))
        assert opened.case_id == case_id
        assert [each.id for each in tiny.act(login, lambda ctx: attachments.listed(ctx, case_id))]
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: attachments.open_for(ctx, draft))
    with tiny.tools.storage.opened(opened.content) as stream:
        assert stream.read() == PDF


def test_a_consulted_office_does_not_read_what_the_applicant_handed_in(tiny: Tiny) -> None:
    case_id = supplementing(tiny)
    draft = added(tiny, APPLICANT)
    hand_in(tiny, case_id, [draft])
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})

    with pytest.raises(NotFound):
        tiny.act(AUDIT, lambda ctx: attachments.open_for(ctx, draft))
    assert tiny.act(AUDIT, lambda ctx: attachments.listed(ctx, case_id)) == ()
    assert tiny.act(AUDIT, lambda ctx: attachments.names(ctx, [draft])) == {}


@pytest.mark.parametrize("whose", ["nobody", "another"])
def test_an_answer_may_name_only_its_own_drafts(tiny: Tiny, whose: str) -> None:
    case_id = supplementing(tiny)
    stolen = added(tiny, DESK) if whose == "another" else "nothing"

    with pytest.raises(Invalid) as refused:
        hand_in(tiny, case_id, [stolen])

    assert [each.field for each in refused.value.findings] == ["supplement_files"]
    assert tiny.item(case_id, "supplement").title


def test_a_file_of_another_case_is_refused_and_one_of_this_case_may_be_named_again(
    tiny: Tiny,
) -> None:
    first, second = supplementing(tiny), supplementing(tiny)
    draft = added(tiny, APPLICANT)
    hand_in(tiny, first, [draft])

    with pytest.raises(Invalid):
        hand_in(tiny, second, [draft])

    tiny.do(DESK, first, "register", {"registered": "supplement", "reason": "再补"})
    hand_in(tiny, first, [draft, added(tiny, APPLICANT)])
    assert len(tiny.act(DESK, lambda ctx: attachments.listed(ctx, first))) == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.exe", EXE, "ATTACHMENT_KIND"),
        ("a", PDF, "ATTACHMENT_KIND"),
        ("a.pdf", EXE, "ATTACHMENT_CONTENT"),
        ("a.docx", PDF, "ATTACHMENT_CONTENT"),
    ],
)
def test_what_is_no_honest_file_is_refused(
    tiny: Tiny, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        attachments.receive(tiny.tools, BytesIO(content), name)
    assert refused.value.findings[0].code == code


def test_the_largest_file_passes_and_one_byte_more_does_not(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "ATTACHMENT_SIZE", len(PDF))
    assert attachments.receive(tiny.tools, BytesIO(PDF), "a.pdf").content.size == len(PDF)
    with pytest.raises(Invalid) as refused:
        attachments.receive(tiny.tools, BytesIO(PDF + b"\n"), "a.pdf")
    assert refused.value.findings[0].code == "ATTACHMENT_SIZE"


def test_so_many_drafts_pass_and_one_more_does_not(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "ATTACHMENT_DRAFTS", 2)
    for _ in range(2):
        added(tiny, APPLICANT)
    with pytest.raises(Invalid):
        added(tiny, APPLICANT)
    added(tiny, DESK)


def test_what_nobody_hands_in_is_dropped_after_a_week(tiny: Tiny) -> None:
    draft = added(tiny, APPLICANT)
    with pytest.raises(NotFound):
        tiny.act(APPLICANT, lambda ctx: attachments.open_for(ctx, draft), NOW + timedelta(days=8))
    tiny.program(attachments.forget_drafts)
    assert tiny.act(APPLICANT, lambda ctx: attachments.open_for(ctx, draft)).name == "合同.pdf"


def test_a_full_case_takes_no_more(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "ATTACHMENTS_PER_CASE", len(PDF))
    case_id = supplementing(tiny)
    with pytest.raises(Invalid) as refused:
        hand_in(tiny, case_id, [added(tiny, APPLICANT), added(tiny, APPLICANT)])
    assert refused.value.findings[0].code == "ATTACHMENTS_FULL"
    hand_in(tiny, case_id, [added(tiny, APPLICANT)])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/合同.pdf", "合同.pdf"),
        ("C:\\temp\\合同.pdf", "合同.pdf"),
        ("合\u202e同\x00.pdf", "合同.pdf"),
        ("字" * 300 + ".pdf", "字" * 116 + ".pdf"),
    ],
)
def test_names_lose_folders_and_what_nobody_sees(tiny: Tiny, given: str, kept: str) -> None:
    assert attachments.receive(tiny.tools, BytesIO(PDF), given).name == kept


def supplementing(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺合同"})
    return case_id


def added(tiny: Tiny, login: str) -> str:
    received = attachments.receive(tiny.tools, BytesIO(PDF), "合同.pdf")
    return tiny.act(login, lambda ctx: attachments.add(ctx, received))


def hand_in(tiny: Tiny, case_id: str, ids: list[str]) -> None:
    item = tiny.item(case_id, "supplement")
    if item.assignee_id is None:
        tiny.act(APPLICANT, lambda ctx: work.claim(ctx, item.id))
    answers = {"supplemented": "补", "supplement_files": ids}
    tiny.act(APPLICANT, lambda ctx: work.complete(ctx, item.id, answers))
