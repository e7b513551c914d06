"""The results that a list of cases may be narrowed to, as the rules of their cases call them."""

from collections.abc import Mapping

from server.domain.case_words import WITHDRAWN, outcome_title
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.queries import case_filters
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions


def packs(ctx: Context) -> dict[str, PolicyPack]:
    """The rules of each procedure that has cases the actor may know of."""
    return {
        kind.key: definitions.release(ctx, kind.pack_version_id).pack
        for kind in case_filters.kinds(ctx.session, posts.with_posts(ctx))
    }


def words(packs: Mapping[str, PolicyPack], only: str = "") -> dict[str, str]:
    """Every result of these procedures, or of one of them, with all that they call it."""
    found: dict[str, list[str]] = {}
    for key, pack in packs.items():
        if only in ("", key):
            for outcome in (*pack.procedures[key].outcomes, WITHDRAWN):
                found.setdefault(outcome, []).append(outcome_title(pack, key, outcome))
    return {outcome: _("／").join(dict.fromkeys(called)) for outcome, called in found.items()}
