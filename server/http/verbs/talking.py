"""抄送、催办：what is said about a task and moves nothing."""

from typing import Final

from server.http.verbs.saying import Verb

VERBS: Final[tuple[Verb, ...]] = ()
