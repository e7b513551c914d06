"""Which version of a pack a case is bound to."""

from datetime import date

from server.domain.packs import Basis, PolicyPack, in_force

OLD = PolicyPack(key="x", title="甲", version="1", valid_from=date(2024, 1, 1))
NEW = PolicyPack(key="x", title="甲", version="2", valid_from=date(2026, 3, 1))


def test_the_latest_version_valid_on_the_day_is_in_force() -> None:
    assert in_force([NEW, OLD], date(2026, 2, 28)) is OLD
    assert in_force([OLD, NEW], date(2026, 3, 1)) is NEW


def test_before_the_first_version_none_is_in_force() -> None:
    assert in_force([OLD, NEW], date(2023, 12, 31)) is None
    assert in_force([], date(2026, 1, 1)) is None


def test_a_basis_without_source_is_a_default_of_the_product() -> None:
    assert Basis(default="理由").is_default
    assert not Basis(source="measures", article="NY-12").is_default
