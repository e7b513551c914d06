from dataclasses import replace

from server.services.law.charts import chart
from tests.factories.tiny import Tiny


def test_a_chart_knows_nodes_and_flows_by_their_ids(tiny: Tiny) -> None:
    tiny.open()
    (release,) = tiny.tools.releases.values()
    found = chart(release.files["tiny_matter"])
    assert found.nodes["register"].form == "registration"
    assert found.label("register") == "登记"
    assert found.label("nothing") == "nothing"
    assert found.flows["f_route__register"].target == "register"


def test_the_same_files_are_read_once_and_others_have_another_hash(tiny: Tiny) -> None:
    tiny.open()
    (release,) = tiny.tools.releases.values()
    files = release.files["tiny_matter"]
    assert chart(files) is chart(replace(files, variables=frozenset()))
    other = replace(files, decisions={})
    assert chart(other).content_hash != chart(files).content_hash
