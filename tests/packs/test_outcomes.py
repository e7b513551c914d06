"""Every result of every procedure has a word that people read: pages, papers, exports, programs."""

import re
from dataclasses import replace

import pytest

from server.adapters.packs import parse, read_folder
from server.domain.case_words import outcome_title
from server.domain.packs import PolicyPack
from tests.packs.test_packs import PACKS

PARSED: dict[str, PolicyPack] = {
    folder.name: pack for folder in PACKS if (pack := parse(read_folder(folder))[0]) is not None
}
RESULTS = [
    (name, procedure.key, outcome)
    for name, pack in PARSED.items()
    for procedure in pack.procedures.values()
    for outcome in (*procedure.outcomes, "withdrawn")
]


@pytest.mark.parametrize(("name", "procedure", "outcome"), RESULTS)
def test_a_result_is_told_in_words_and_never_as_its_code(
    name: str, procedure: str, outcome: str
) -> None:
    told = outcome_title(PARSED[name], procedure, outcome)
    assert re.fullmatch(r"[^\x00-\x7f]+", told)


def test_two_procedures_of_a_pack_call_the_same_result_each_in_its_way() -> None:
    pack = PARSED["zhejiang"]
    told = {outcome_title(pack, key, "direct_close") for key in pack.procedures}
    assert told == {"责任不成立，不予问责", "没有过错，不需要认定"}


def test_without_a_word_of_the_procedure_the_list_of_the_pack_says_it() -> None:
    pack = PARSED["liaoning"]
    told = outcome_title(pack, "liaoning_tolerance", "mitigated")
    assert told == "整改减责，减轻追究责任"


def test_a_version_published_before_results_had_words_shows_the_code_rather_than_nothing() -> None:
    pack = PARSED["revisit"]
    bare = replace(pack.procedures["revisit"], outcome_words={})
    old = replace(pack, procedures={"revisit": bare})
    assert outcome_title(old, "revisit", "good") == "good"
    assert outcome_title(old, "revisit", None) == ""
