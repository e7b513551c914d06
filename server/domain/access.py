"""Who acts."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """The person an act is recorded under; what he may do follows his posts on the day."""

    #: id of the person, or ``system``
    person_id: str
    name: str = ""
    #: the absent person he stands in for
    on_behalf_of: str | None = None

    @property
    def is_system(self) -> bool:
        """True for the program itself: timers, set-up, published packs."""
        return self.person_id == SYSTEM.person_id


#: the program itself
SYSTEM = Actor(person_id="system", name="系统")
