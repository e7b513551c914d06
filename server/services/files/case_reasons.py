"""The reasons and opinions people gave with their acts, beside the lines of a timeline."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.texts import _
from server.forms import signing
from server.queries import timeline as rows
from server.queries.timeline import Act, Said, Who
from server.services.context import Context
from server.services.files import signature_lines
from server.services.files.signature_lines import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class Reasons:
    """What was said with the acts of one case."""

    said: Mapping[str, Said]
    #: items whose signatures are not for this reader
    unread: frozenset[str] = frozenset()

    @property
    def people(self) -> frozenset[str]:
        """Ids of those something was said to."""
        return frozenset(each.to_person for each in self.said.values() if each.to_person)

    def beside(self, act: Act, known: Mapping[str, Who]) -> str:
        """What stands beside this act, empty for nothing: to whom, and why.

        For its author and for those who handle the case; nobody else reads it.
        """
        found = self.said.get(str(act.detail.get("act")))
        if found is None or (found.choice and act.target in self.unread):
            return ""
        to = known.get(found.to_person or "")
        return _("：").join(
            part for part in (to.name if to else signing.word(found.choice), found.text) if part
        )


def of_case(ctx: Context, case_id: str, reader: Reader) -> Reasons:
    """The reasons of a case; three statements at most."""
    said = rows.said(ctx.session, case_id)
    is_signed = any(each.choice for each in said.values())
    unread = signature_lines.unread(ctx, case_id, reader) if is_signed else frozenset[str]()
    return Reasons(said=said, unread=unread)
