"""Grounds that the data itself shows."""

import pytest

from server.domain.errors import Forbidden
from server.domain.recusal import Ground, Parties, barred, refuse_barred

PARTIES = Parties(
    subjects=frozenset({"s"}), applicants=frozenset({"a"}), reporters=frozenset({"r"})
)


@pytest.mark.parametrize(
    ("person", "role", "ground"),
    [
        ("s", "case_supervision_office", Ground.SUBJECT),
        ("a", "case_supervision_office", Ground.APPLICANT),
        ("r", "case_supervision_office", Ground.REPORTER),
        ("x", "case_supervision_office", None),
        ("s", "subject", None),
        ("a", "applicant", None),
        ("a", "unit_hr", None),
        ("s", "unit_head", Ground.SUBJECT),
        ("r", "unit_hr", Ground.REPORTER),
    ],
)
def test_nobody_acts_on_his_own_matter_but_in_his_own_part(
    person: str, role: str, ground: Ground | None
) -> None:
    assert barred(person, role, PARTIES) is ground


def test_the_refusal_reads_the_same_for_every_ground() -> None:
    texts = set()
    for person in ("s", "a", "r"):
        with pytest.raises(Forbidden) as refused:
            refuse_barred(person, "team_lead", PARTIES)
        texts.add(refused.value.message)

    assert len(texts) == 1


def test_whom_nothing_bars_may_act() -> None:
    refuse_barred("x", "team_lead", PARTIES)
    assert barred("x", "team_lead", PARTIES) is None


@pytest.mark.parametrize(
    ("bars", "ground"),
    [
        (Parties(kin=frozenset({"x"})), Ground.KIN),
        (Parties(recused=frozenset({"x"})), Ground.RECUSED),
        (Parties(unfit=frozenset({"x"})), Ground.INCOMPATIBLE),
    ],
)
def test_kin_recusal_and_what_he_did_bar_in_every_office_but_not_as_party(
    bars: Parties, ground: Ground
) -> None:
    for role in ("case_supervision_office", "team_lead", "unit_hr", ""):
        assert barred("x", role, bars) is ground
    assert barred("x", "applicant", bars) is None
    assert barred("y", "team_lead", bars) is None


def test_only_what_somebody_did_himself_is_told_him() -> None:
    texts = []
    for bars in (
        Parties(reporters=frozenset({"x"})),
        Parties(kin=frozenset({"x"})),
        Parties(recused=frozenset({"x"})),
        Parties(unfit=frozenset({"x"})),
    ):
        with pytest.raises(Forbidden) as refused:
            refuse_barred("x", "team_lead", bars)
        texts.append(refused.value.message)

    assert len(set(texts[:3])) == 1
    assert texts[3] != texts[0]
