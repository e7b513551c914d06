"""加签、会签：several people do one task together."""

from typing import Final

from server.http.verbs.saying import Verb

VERBS: Final[tuple[Verb, ...]] = ()
