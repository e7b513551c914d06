"""退回、撤回：a task goes back the way it came."""

from typing import Final

from server.http.verbs.saying import Verb

VERBS: Final[tuple[Verb, ...]] = ()
