"""Every verb of a task beside claim, release, complete and draft, and every verb of a case."""

from collections.abc import Mapping
from typing import Final

from server.http.verbs import (
    applying,
    clocks,
    handing,
    moving,
    papers,
    reopening,
    signing,
    steering,
    talking,
)
from server.http.verbs.saying import Verb

#: in the order of the buttons
TASK_VERBS: Final[Mapping[str, Verb]] = {
    verb.name: verb for verb in (*moving.VERBS, *handing.VERBS, *signing.VERBS, *talking.VERBS)
}

#: what is done to a whole case or to one of its clocks, in the order of the buttons
CASE_VERBS: Final[Mapping[str, Verb]] = {
    verb.name: verb
    for verb in (
        *clocks.VERBS,
        *steering.VERBS,
        *reopening.VERBS,
        *papers.VERBS,
        *applying.VERBS,
    )
}
