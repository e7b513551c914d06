from collections.abc import Callable
from io import BytesIO
from typing import Any

from tests.api.matters import APPLICANT, DESK
from tests.factories.programs import Program

Sign = Callable[[str], Program]
TEXT = "抢修前后的情况".encode()


def test_a_file_is_taken_in_and_handed_out_to_whoever_sent_it(signed: Sign) -> None:
    applicant = signed(APPLICANT)
    kept = applicant.done("/attachments", data=upload(TEXT))
    assert (kept["name"], kept["size"]) == ("说明.txt", len(TEXT))
    answer = applicant.get(f"/attachments/{kept['id']}")
    assert (answer.status_code, answer.get_data()) == (200, TEXT)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert signed(DESK).get(f"/attachments/{kept['id']}").status_code == 404


def test_what_is_not_what_it_says_is_refused(signed: Sign) -> None:
    applicant = signed(APPLICANT)
    for name, code in (("run.exe", "ATTACHMENT_KIND"), ("a.pdf", "ATTACHMENT_CONTENT")):
        answer = applicant.post("/attachments", data=upload(b"MZ text", name))
        told: Any = answer.json
        assert (answer.status_code, told["problems"][0]["code"]) == (422, code)


def test_the_same_file_under_one_key_is_kept_once(signed: Sign) -> None:
    applicant = signed(APPLICANT)
    key = {"headers": {"Idempotency-Key": "one"}}
    first = applicant.post("/attachments", data=upload(TEXT), **key)
    again = applicant.post("/attachments", data=upload(TEXT), **key)
    assert first.json == again.json
    assert applicant.post("/attachments", data=upload(b"other"), **key).status_code == 422


def upload(content: bytes, name: str = "说明.txt") -> dict[str, Any]:
    return {"file": (BytesIO(content), name)}
