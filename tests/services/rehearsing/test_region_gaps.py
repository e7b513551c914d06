from dataclasses import replace
from datetime import date

from server.domain.packs import Lane, Role
from server.domain.roles import Capacity
from server.services.context import Context
from server.services.identity import people
from server.services.packs import definitions
from server.services.rehearsing import region_gaps
from tests.factories.tiny import Tiny


def test_an_office_of_the_packs_own_is_created_at_every_level_with_people(tiny: Tiny) -> None:
    def fill(ctx: Context) -> list[tuple[str, int]]:
        pack = definitions.in_force(ctx, "tiny_matter", date(2026, 2, 12)).pack
        pack = replace(
            pack,
            roles={
                **pack.roles,
                "moon_office": Role(
                    key="moon_office", title="月亮办", capacity=Capacity.DESK, organ="x"
                ),
            },
            lanes={**pack.lanes, "sun": Lane(key="sun", title="太阳办", office="checker")},
        )
        region_gaps.fill(ctx, pack)
        region_gaps.fill(ctx, pack)
        found = [
            (level, office)
            for level in ("province", "city", "county", "township")
            for office in people.offices(ctx, "moon_office", level=level, region="p/c1/d1/t1")
        ]
        return [(level, len(people.holders(ctx, each.id, ctx.today))) for level, each in found]

    assert tiny.program(fill) == [("province", 3), ("city", 3), ("county", 3)]
