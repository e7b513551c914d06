from sqlalchemy import select, update

from server.adapters.packs import PackFiles, read_folder
from server.domain.access import SYSTEM
from server.domain.perspectives import Perspective
from server.domain.roles import Capacity
from server.models.case import case
from server.queries import capacities, perspectives
from server.services.context import reading
from server.services.identity import posts
from server.services.packs import definitions
from tests.factories.statements import statements
from tests.factories.tiny import ACCEPT, AUDIT, DESK, NOW, PACK, Tiny

PATH = "processes/tiny/pack.yaml"
ASKED = "audit_office: {title: 审计机关, capacity: consulted".encode()


def test_the_roles_of_a_version_are_read_from_it_once(tiny: Tiny) -> None:
    with tiny.tools.readers() as session:
        [version] = capacities.of_all(session)
        with statements(tiny.tools.database) as said:
            known = capacities.of_versions(session, [version])
    assert known[version]["case_supervision_office"] is Capacity.DESK
    assert known[version]["audit_office"] is Capacity.CONSULTED
    assert [each for each in said if each.startswith("SELECT")] == []


def test_roles_that_every_version_gives_a_capacity_need_no_version() -> None:
    versions = {
        "old": {"desk": Capacity.DESK, "asked": Capacity.CONSULTED},
        "new": {"desk": Capacity.DESK, "asked": Capacity.BODY, "judge": Capacity.BODY},
    }
    everywhere, some = capacities.split(versions, {Capacity.DESK, Capacity.BODY})
    assert everywhere == {"desk"}
    assert some == {"asked": frozenset({"new"}), "judge": frozenset({"new"})}


def test_each_case_is_seen_as_its_own_version_of_the_pack_says(tiny: Tiny) -> None:
    """What the next version calls a role changes nothing for cases of the one before."""
    before = asked(tiny)
    tiny.program(lambda ctx: definitions.publish(ctx, handling(), accept_warnings="测试"))
    after = asked(tiny)
    actor = tiny.actor(AUDIT)
    with reading(tiny.tools, actor, NOW) as ctx:
        sights = perspectives.of_each(ctx.session, posts.with_posts(ctx), [before, after])
        named = set(ctx.session.scalars(perspectives.named_cases(ctx.session, actor)))
    assert sights[before].perspective is Perspective.ASKED
    assert sights[after].perspective is Perspective.OFFICE
    assert named == {after}


def test_who_opened_a_case_handles_it_only_if_that_version_says_so(tiny: Tiny) -> None:
    before = tiny.open()
    tiny.program(lambda ctx: definitions.publish(ctx, handling(), accept_warnings="测试"))
    after = tiny.open()
    actor = tiny.actor(AUDIT)
    [unit] = {post.unit_id for post in actor.posts}
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(case).where(case.c.id.in_([before, after])).values(opened_for=unit)
        )
    )
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        named = perspectives.named_cases(ctx.session, actor)
        assert set(ctx.session.scalars(select(case.c.id).where(case.c.id.in_(named)))) == {after}


def asked(tiny: Tiny) -> str:
    """A case in which the audit office was asked."""
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})
    return case_id


def handling() -> PackFiles:
    """The pack as it would be if auditors handled cases."""
    files = read_folder(PACK)
    written = files.files[PATH]
    assert ASKED in written
    changed = written.replace(ASKED, ASKED.replace(b"consulted", b"body"))
    return PackFiles(key=files.key, files={**files.files, PATH: changed})
