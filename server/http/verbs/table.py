"""Every verb of a task beside claim, release, complete and draft, in the order of the buttons."""

from collections.abc import Mapping
from typing import Final

from server.http.verbs import handing, moving, signing, talking
from server.http.verbs.saying import Verb

TASK_VERBS: Final[Mapping[str, Verb]] = {
    verb.name: verb for verb in (*moving.VERBS, *handing.VERBS, *signing.VERBS, *talking.VERBS)
}
