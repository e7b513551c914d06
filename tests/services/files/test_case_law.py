from datetime import timedelta

from server.adapters.packs import PackFiles, read_folder
from server.adapters.yaml_edits import set_at
from server.domain.expressions import Json
from server.services.context import reading
from server.services.files import case_law, case_seen
from server.services.files.case_law import Law, Newer
from server.services.packs import definitions, versions
from server.services.verbs import case_verbs
from tests.factories.tiny import DESK, HEAD, NOW, PACK, Tiny

MANIFEST = "processes/tiny/pack.yaml"
TODAY = NOW.date()


def test_a_case_names_the_documents_of_its_own_version(tiny: Tiny) -> None:
    older = tiny.open()
    publish(tiny, sources={"rules": {"title": "样例办法", "issuer": "某机关"}})
    assert law_of(tiny, older).documents == ()
    (document,) = law_of(tiny, tiny.open()).documents
    assert (document.title, document.issuer) == ("样例办法", "某机关")


def test_a_case_says_on_what_others_begin_from_the_day_that_is_in_force(tiny: Tiny) -> None:
    older, tomorrow = tiny.open(), NOW + timedelta(days=1)
    publish(tiny, valid_from=tomorrow.date())
    assert law_of(tiny, older).newer is None
    assert law_of(tiny, older, days=1).newer == Newer(version=2, valid_from=tomorrow.date())
    assert law_of(tiny, tiny.open(now=tomorrow), days=1).newer is None


def test_a_case_that_is_over_is_told_of_nothing_newer(tiny: Tiny) -> None:
    over = tiny.open()
    publish(tiny, valid_from=TODAY)
    tiny.act(HEAD, lambda ctx: case_verbs.cancel(ctx, over, reason="重复登记"))
    assert law_of(tiny, over).newer is None


def test_where_nobody_may_begin_there_is_nothing_newer(tiny: Tiny) -> None:
    older = tiny.open()
    publish(tiny, valid_from=TODAY)
    tiny.program(lambda ctx: versions.retire(ctx, "tiny", 2, on=TODAY, reason="办法废止"))
    assert law_of(tiny, older).newer is None


def publish(tiny: Tiny, **entries: Json) -> None:
    """The next version of the pack, with these entries in its manifest."""
    files = dict(read_folder(PACK).files)
    for key, value in entries.items():
        files[MANIFEST] = set_at(files[MANIFEST], (key,), value)
    changed = PackFiles(key="tiny", files=files)
    tiny.program(lambda ctx: definitions.publish(ctx, changed, accept_warnings="测试"))


def law_of(tiny: Tiny, case_id: str, days: int = 0) -> Law:
    with reading(tiny.tools, tiny.actor(DESK), NOW + timedelta(days=days)) as ctx:
        seen = case_seen.seen(ctx, case_id)
        return case_law.of_case(ctx, seen.head, seen.release)
