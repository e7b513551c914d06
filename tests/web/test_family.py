"""The family of a case on its page and in the API: only what each may see, and what was sent."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Insert, select

from server.models.case import case
from server.models.link import case_link
from server.services.context import Tools
from server.services.verbs import cases
from tests.databases import Databases
from tests.factories import family as factory
from tests.factories import site
from tests.factories import tools as opening
from tests.factories.family import ONE, Family
from tests.factories.programs import program
from tests.factories.tiny import APPLICANT, COLLEAGUE, DESK, NOW, Tiny

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def tools(databases: Databases) -> Iterator[Tools]:
    with opening.copied(databases, "kin", factory.fill) as made:
        yield made


@pytest.fixture
def kin(tools: Tools) -> Family:
    return Family(Tiny(tools))


@pytest.fixture
def enter(tools: Tools) -> SignIn:
    app = site.served(tools, site.Clock(NOW))
    return lambda login: site.signed_in(app, login)


def test_the_page_shows_the_family_as_a_tree_from_either_end(kin: Family, enter: SignIn) -> None:
    asking, answering = begun(kin)
    client = enter(DESK)
    for looked_at, other in ((asking, answering), (answering, asking)):
        page = client.get(f"/cases/{looked_at}").get_data(as_text=True)
        tree = page.partition('class="family"')[2].partition("</ul>\n")[0]
        assert f'href="/cases/{other}"' in tree
        assert re.search(r'<li aria-current="true">.*?<strong>', tree, re.S)
        assert tree.index("询〔2026〕") < tree.index("答〔2026〕")


def test_who_may_not_see_a_linked_case_is_told_nothing_of_it(kin: Family, enter: SignIn) -> None:
    asking, answering = begun(kin)
    kin.tiny.recuse(answering, COLLEAGUE)
    reference = kin.tiny.facts(answering).reference
    page = enter(COLLEAGUE).get(f"/cases/{asking}").get_data(as_text=True)
    assert "有关联的事项" not in page
    assert reference not in page
    assert answering not in page
    assert "提请答复" in page
    assert "已送达" in page


def test_a_hidden_case_connects_nothing(kin: Family, enter: SignIn, tools: Tools) -> None:
    asking, answering = begun(kin)
    kin.tiny.do(DESK, answering, "look", {"finding": "有"})
    reference = kin.tiny.facts(answering).reference
    given = {
        "managed_by": "county",
        "whom": kin.tiny.person(APPLICANT),
        "what": "又一事",
        "source_reference": reference,
    }
    third = kin.tiny.act(DESK, lambda ctx: cases.open_case(ctx, "answering", given))
    kin.tiny.program(lambda ctx: ctx.session.execute(named(answering, third)))
    app = site.served(tools, site.Clock(NOW))
    found = program(app, DESK).found(f"/cases/{asking}/links")
    assert {each["id"] for each in found["cases"]} == {asking, answering, third}
    assert {(each["source"], each["kind"]) for each in found["links"]} == {
        (asking, "opened"),
        (answering, "named"),
    }
    kin.tiny.recuse(answering, COLLEAGUE)
    found = program(app, COLLEAGUE).found(f"/cases/{asking}/links")
    assert {each["id"] for each in found["cases"]} == {asking}
    assert found["links"] == []
    assert program(app, COLLEAGUE).get(f"/cases/{answering}/links").status_code == 404


def test_a_party_is_told_of_no_message(kin: Family, tools: Tools) -> None:
    asking, answering = begun(kin)
    app = site.served(tools, site.Clock(NOW))
    found = program(app, APPLICANT).found(f"/cases/{asking}/links")
    assert {each["id"] for each in found["cases"]} == {asking, answering}
    assert found["messages"] == []


def test_what_could_not_be_begun_says_what_it_lacks_and_may_be_tried_again(
    kin: Family, enter: SignIn, tools: Tools
) -> None:
    asking = kin.ask(ONE, {"what": ""})
    kin.hand_over()
    client = enter(DESK)
    page = client.get(f"/cases/{asking}").get_data(as_text=True)
    assert "没有送达，待处理" in page
    assert "事由：" in page
    [address] = re.findall(rf'action="(/cases/{asking}/messages/[^"]+/again)"', page)
    form = {"csrf_token": site.TOKEN.findall(page)[0]}
    assert client.post(address, data=form).status_code == 303
    with tools.readers() as session:
        assert session.scalars(select(case.c.id)).all() == [asking]
    stranger = enter("county1.petition.1")
    token = site.TOKEN.findall(stranger.get("/me").get_data(as_text=True))[0]
    assert stranger.post(address, data={"csrf_token": token}).status_code == 404


def begun(kin: Family) -> tuple[str, str]:
    """An asking case and the one it began."""
    asking = kin.ask(ONE)
    kin.hand_over()
    with kin.tools.readers() as session:
        wanted = select(case_link.c.to_id).where(case_link.c.from_id == asking)
        return asking, session.scalars(wanted).one()


def named(one: str, other: str) -> Insert:
    values = {"id": "named", "from_id": one, "to_id": other, "kind": "named", "at": NOW}
    return case_link.insert().values(**values)


def test_a_message_is_tried_again_by_a_program_of_whoever_handles_the_case(
    kin: Family, tools: Tools
) -> None:
    asking = kin.ask(ONE, {"what": ""})
    kin.hand_over()
    app = site.served(tools, site.Clock(NOW))
    [parked] = program(app, DESK).found(f"/cases/{asking}/links")["messages"]
    address = f"/cases/{asking}/messages/{parked['id']}/again"
    assert program(app, APPLICANT).post(address, {}).status_code in (403, 404)
    program(app, DESK).done(address, {})
    [waiting] = program(app, DESK).found(f"/cases/{asking}/links")["messages"]
    assert (parked["state"], waiting["state"]) == ("failed", "pending")
