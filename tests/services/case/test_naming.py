"""A case that a form names: by its reference, only one that may be seen, and linked once."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.links import LinkKind
from server.models.case import case
from server.models.link import case_link
from server.services.case import links as links_of_cases
from server.services.files import families, name_choices
from server.services.files.families import Family as Kin
from server.services.verbs import cases
from tests.databases import Databases
from tests.factories import family as factory
from tests.factories import tools as tools_factory
from tests.factories.family import ELSEWHERE, ONE, Family
from tests.factories.many import copies
from tests.factories.tiny import APPLICANT, COLLEAGUE, DESK, NOW, Tiny

OTHER = "county1.housing_works.2"
#: of another place: nothing here exists for her
STRANGER = "county2.case_supervision.1"


@pytest.fixture
def kin(databases: Databases) -> Iterator[Family]:
    with tools_factory.copied(databases, "kin", factory.fill) as tools:
        yield Family(Tiny(tools))


def test_a_start_form_names_a_case_and_the_link_shows_in_both(kin: Family) -> None:
    named = kin.ask(ELSEWHERE)
    naming = by_hand(kin, against=reference(kin, named))
    assert links(kin) == [(naming, named)]
    for looked_at in (named, naming):
        family = seen(kin, looked_at)
        assert [(tie.from_id, tie.kind_word) for tie in family.ties] == [(naming, "关联")]


def test_a_task_names_a_case_once_however_often(kin: Family) -> None:
    named = kin.ask(ELSEWHERE)
    naming = by_hand(kin, against=reference(kin, named))
    kin.tiny.do(DESK, naming, "look", {"beside": reference(kin, named)})
    assert links(kin) == [(naming, named)]


def test_a_case_one_may_not_see_and_one_there_is_not_are_refused_alike(kin: Family) -> None:
    hidden = kin.ask(ELSEWHERE)
    kin.tiny.recuse(hidden, COLLEAGUE)
    told = [
        refused(kin, COLLEAGUE, against=each) for each in (reference(kin, hidden), "询〔2026〕99号")
    ]
    assert told[0] == told[1]
    assert told[0] == [("against", "没有这个编号的事项，或者您不能查看该事项")]
    assert links(kin) == []


def test_what_may_be_kept_outside_is_a_text_and_links_nothing_that_is_hidden(kin: Family) -> None:
    hidden, seen = kin.ask(ELSEWHERE), kin.ask(ELSEWHERE)
    kin.tiny.recuse(hidden, COLLEAGUE)
    for outside in (reference(kin, hidden), "县纪问〔2019〕1号"):
        naming = by_hand(kin, login=COLLEAGUE)
        kin.tiny.do(COLLEAGUE, naming, "look", {"outside": outside})
    assert links(kin) == []
    naming = by_hand(kin, login=COLLEAGUE)
    kin.tiny.do(COLLEAGUE, naming, "look", {"outside": reference(kin, seen)})
    assert links(kin) == [(naming, seen)]


def test_it_has_to_be_of_the_procedure_about_the_same_person_and_another_case(kin: Family) -> None:
    named = kin.ask(ELSEWHERE)
    answering = by_hand(kin)
    assert "程序" in refused(kin, DESK, against=reference(kin, answering))[0][1]
    strange = {"of_whom": reference(kin, named), "whom": kin.tiny.person(OTHER)}
    assert refused(kin, DESK, **strange)[0][0] == "of_whom"
    for beside in (
        reference(kin, answering),
        reference(kin, by_hand(kin, whom=kin.tiny.person(OTHER))),
    ):
        with pytest.raises(Invalid) as wrong:
            kin.tiny.do(DESK, answering, "look", {"beside": beside})
        assert [each.field for each in wrong.value.findings] == ["beside"]
    by_hand(kin, of_whom=reference(kin, named))


def test_a_message_names_only_what_its_sender_could_reach(kin: Family) -> None:
    own, strange = kin.ask(ELSEWHERE), kin.ask(ELSEWHERE, {"about": kin.tiny.person(OTHER)})
    for other, state in ((own, "sent"), (strange, "failed")):
        asking = kin.ask(ONE, {"other": reference(kin, other)})
        kin.hand_over()
        family = seen(kin, asking)
        assert [each.state for each in family.messages] == [state]
    assert [to for _from, to in links(kin)] == [own]
    asking = kin.ask(ONE, {"other": "询〔2026〕99号"})
    kin.hand_over()
    family = seen(kin, asking)
    assert [each["field"] for each in family.messages[0].problems] == ["against"]


def test_once_is_asked_of_those_that_named_the_same_case(kin: Family) -> None:
    named = reference(kin, kin.ask(ELSEWHERE))
    first = by_hand(kin, what="只一次", against=named)
    told = f"已经答复过一次（{reference(kin, first)}）"
    assert refused(kin, DESK, what="只一次", against=named) == [("against", told)]
    by_hand(kin, what="只一次", against=reference(kin, kin.ask(ELSEWHERE)))
    over = update(case).where(case.c.id == first).values(outcome="refused")
    kin.tiny.program(lambda ctx: ctx.session.execute(over))
    by_hand(kin, what="只一次", against=named)


def test_one_that_may_not_be_seen_counts_and_is_not_told(kin: Family) -> None:
    named = reference(kin, kin.ask(ELSEWHERE))
    kin.tiny.recuse(by_hand(kin, against=named), COLLEAGUE)
    again = refused(kin, COLLEAGUE, what="只一次", against=named)
    assert again == [("against", "已经答复过一次")]


def test_a_task_asks_for_those_opened_before_its_own_case(kin: Family) -> None:
    named = reference(kin, kin.ask(ELSEWHERE))
    first = by_hand(kin, against=named)
    later = update(case).values(opened_at=NOW + timedelta(hours=1))
    second = by_hand(kin, against=named)
    kin.tiny.program(lambda ctx: ctx.session.execute(later.where(case.c.id == second)))
    with pytest.raises(Invalid, match="1处问题") as wrong:
        kin.tiny.do(DESK, second, "look", {"finding": "首次"})
    assert wrong.value.findings[0].message == f"不是首次（{reference(kin, first)}）"
    kin.tiny.do(DESK, first, "look", {"finding": "首次"})


def test_a_large_family_is_cut_and_says_so(kin: Family) -> None:
    named = kin.ask(ELSEWHERE)
    naming = by_hand(kin, against=reference(kin, named))
    assert seen(kin, named).is_all
    for twin in copies(kin.tools, naming, 70):
        kin.tiny.program(
            partial(links_of_cases.add, kind=LinkKind.NAMED, from_id=twin, to_id=named)
        )
    cut = seen(kin, named)
    assert (len(cut.cases), cut.is_all) == (60, False)


def test_only_cases_one_may_see_are_offered(kin: Family) -> None:
    hidden, seen = reference(kin, kin.ask(ELSEWHERE)), reference(kin, kin.ask(ELSEWHERE))
    found = offered(kin, DESK, "询")
    assert set(found) >= {hidden, seen}
    assert offered(kin, STRANGER, "询") == []
    assert offered(kin, STRANGER, hidden) == []
    assert offered(kin, DESK, hidden) == [hidden]


def seen(kin: Family, case_id: str) -> Kin:
    return kin.tiny.act(DESK, lambda ctx: families.of_case(ctx, case_id))


def offered(kin: Family, login: str, typed: str) -> list[str]:
    found = kin.tiny.act(login, lambda ctx: name_choices.offered(ctx, "case", typed=typed))
    return [each.value for each in found]


def by_hand(kin: Family, login: str = DESK, **given: Json) -> str:
    """An answering case, about the applicant unless it is said otherwise."""
    answers = {"managed_by": "county", "whom": kin.tiny.person(APPLICANT), "what": "一事", **given}
    return kin.tiny.act(login, lambda ctx: cases.open_case(ctx, "answering", answers))


def refused(kin: Family, login: str, **given: Json) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as wrong:
        by_hand(kin, login, **given)
    return [(each.field, each.message) for each in wrong.value.findings]


def reference(kin: Family, case_id: str) -> str:
    return kin.tiny.facts(case_id).reference


def links(kin: Family) -> list[tuple[str, str]]:
    wanted = select(case_link.c.from_id, case_link.c.to_id).where(
        case_link.c.kind == LinkKind.NAMED
    )
    with kin.tools.readers() as session:
        return [tuple(row) for row in session.execute(wanted)]
