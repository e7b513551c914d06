"""The reasons and opinions people gave with their acts, beside the lines of a timeline."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.texts import _
from server.queries import timeline as rows
from server.queries.timeline import Act, Said, Who
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Reasons:
    """What was said with the acts of one case."""

    said: Mapping[str, Said]

    @property
    def people(self) -> frozenset[str]:
        """Ids of those something was said to."""
        return frozenset(each.to_person for each in self.said.values() if each.to_person)

    def beside(self, act: Act, known: Mapping[str, Who]) -> str:
        """What stands beside this act, empty for nothing: to whom, and why.

        For its author and for those who handle the case; nobody else reads it.
        """
        found = self.said.get(str(act.detail.get("act")))
        if found is None:
            return ""
        to = known.get(found.to_person or "")
        return _("：").join(part for part in (to.name if to else "", found.text) if part)


def of_case(ctx: Context, case_id: str) -> Reasons:
    """The reasons of a case; one statement."""
    return Reasons(said=rows.said(ctx.session, case_id))
