"""Meetings that come round on the pages: what became of each, and one record over many cases."""

from flask.testing import FlaskClient

from server.services.packs import definitions
from server.services.verbs import agendas
from tests.factories import site
from tests.factories.agendas import AUDIT_HEAD, CONVENED, HELD, OWN, by_a_meeting, decide
from tests.factories.tiny import APPLICANT, AUDIT, HEAD, NOW, Tiny
from tests.services.verbs.test_agendas import of


def test_the_pages_show_the_meeting_its_record_and_what_nobody_held(tiny: Tiny) -> None:
    tiny.program(lambda ctx: definitions.publish(ctx, by_a_meeting(), accept_warnings="测试"))
    first, second = tiny.open(), tiny.open()
    references = [tiny.facts(each).reference for each in (first, second)]
    agendas.come_round(tiny.tools, CONVENED)
    tiny.recuse(second, AUDIT_HEAD)
    decide(tiny, of(tiny, first), [*OWN, AUDIT_HEAD])
    clock = site.Clock(HELD)
    app = site.served(tiny.tools, clock)
    head, other, applicant = (site.signed_in(app, login) for login in (HEAD, AUDIT_HEAD, APPLICANT))
    page = text(head, "/meetings")
    assert "2026年2月每月会审" in page
    assert "已召集" in page
    (record,) = {part.split('"')[0] for part in page.split('href="') if "/minutes" in part[:60]}
    shown = text(head, record)
    assert all(each in shown for each in references)
    assert "结论：受理" in shown
    assert "未作出结论" in shown
    # who keeps away from the second reads the record without it
    shown = text(other, record)
    assert references[0] in shown
    assert references[1] not in shown
    for client in (applicant, site.signed_in(app, AUDIT)):
        assert client.get(record).status_code == 404
        assert "每月会审" not in text(client, "/meetings")

    clock.moment = NOW.replace(month=5, day=4)
    agendas.come_round(tiny.tools, clock.moment)
    head = site.signed_in(app, HEAD)
    board = text(head, "/board")
    assert "到期未召开" in board
    assert "2026年3月" in board
    assert "2026年4月" in board


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))
