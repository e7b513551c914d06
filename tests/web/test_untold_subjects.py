"""Whoever is looked into and not told meets nothing of it, though his own office handles it."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from server.domain.errors import NotFound
from server.models.base import new_id
from server.models.case import subject
from server.models.outbox import notification
from server.models.recusal import kinship
from server.models.work import participant
from server.services.verbs import work
from tests.factories import books, site
from tests.factories.planted import says
from tests.factories.programs import program
from tests.factories.tiny import ACCEPT, APPLICATION, COLLEAGUE, DESK, HEAD, NOW, Tiny
from tests.web.walking import filled

WORD = "哨兵廿卅卌八"


def test_nothing_of_it_exists_for_him_or_his_relative_and_others_of_the_office_go_on(
    tiny: Tiny,
) -> None:
    case_id = looked_into(tiny)
    item = tiny.item(case_id, "register")
    for login in (COLLEAGUE, HEAD):
        with pytest.raises(NotFound):
            tiny.act(login, lambda ctx: work.claim(ctx, item.id))
    tiny.do(DESK, case_id, "register", ACCEPT)
    with tiny.tools.readers() as session:
        found = session.execute(select(subject)).all()
        parts = session.scalars(select(participant.c.person_id)).all()
        told = session.scalars(select(notification.c.recipient_id)).all()
    who = tiny.person(COLLEAGUE)
    assert [each.untold for each in found if each.person_id == who] == [True]
    assert who not in parts
    assert not {who, tiny.person(HEAD)} & set(told)


def test_no_page_and_no_program_tells_him(tiny: Tiny) -> None:
    case_id = looked_into(tiny)
    item = tiny.item(case_id, "register").id
    app = site.served(tiny.tools, site.Clock())
    ids = {"case_id": case_id, "item_id": item, "case": case_id, "task": item}
    assert WORD in site.signed_in(app, DESK).get(f"/cases/{case_id}").text
    browser, one = site.signed_in(app, COLLEAGUE), program(app, COLLEAGUE)
    reference = program(app, DESK).found(f"/cases/{case_id}")["reference"]
    walked = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith("/static"):
            continue
        address = filled(rule.rule, ids)
        if address.startswith("/api/v1"):
            answer = one.get(address.removeprefix("/api/v1"))
        else:
            answer = browser.get(address)
        walked += 1
        # an address that he typed himself comes back in it
        unknown = [WORD, reference, *([] if rule.arguments else [case_id])]
        assert not says(answer.get_data(), unknown), rule
    assert walked > 60


def looked_into(tiny: Tiny) -> str:
    """A case about a colleague of the desk, whose relative is its head."""

    def change(entries: dict[str, Any]) -> None:
        for entry in entries["appoints"]:
            if entry["role"] == "subject":
                entry["told"] = False

    books.at_work(tiny, change)
    with tiny.tools.writers() as session:
        session.execute(
            insert(kinship).values(
                id=new_id(),
                person_id=tiny.person(HEAD),
                relative_id=tiny.person(COLLEAGUE),
                relation="spouse",
                noted_by=tiny.person(DESK),
                noted_at=NOW,
            )
        )
        session.commit()
    given = {**APPLICATION, "facts": WORD, "concerned_person": tiny.person(COLLEAGUE)}
    return tiny.open(given)
