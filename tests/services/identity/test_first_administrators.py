from datetime import datetime

import pytest

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Invalid
from server.models.identity import Person
from server.services.context import Tools, transaction
from server.services.identity import first_administrators, passwords, people

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
THREE = (("xitong", "甲某"), ("anquan", "乙某"), ("shenji", "丙某"))


def test_the_first_three_have_a_post_each_and_a_password_to_change(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        made = first_administrators.appoint(ctx, THREE)
    assert len({one.secret for one in made}) == 3
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        for one in made:
            found = people.person_by_login(ctx, one.login)
            row = ctx.session.get(Person, found.id)
            assert row is not None
            assert row.must_change_secret
            assert passwords.matches(ctx.tools.config, row.secret_hash, one.secret)
            assert [post.title for post in people.posts_on(ctx, found.id, ctx.today)] == [one.title]


def test_they_are_made_once(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        first_administrators.appoint(ctx, THREE)
    with pytest.raises(Conflict), transaction(empty_tools, SYSTEM, NOW) as ctx:
        first_administrators.appoint(ctx, [("d", "丁某"), ("e", "戊某"), ("f", "己某")])


def test_one_person_is_never_two_of_them(empty_tools: Tools) -> None:
    with pytest.raises(Invalid), transaction(empty_tools, SYSTEM, NOW) as ctx:
        first_administrators.appoint(ctx, [THREE[0], THREE[0], THREE[1]])
