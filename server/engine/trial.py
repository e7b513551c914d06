"""One decision tried out, for a process of its own: the text of a table is somebody's draft.

Runs in a child that can be killed (``child.run("server.engine.trial:decide", ...)``): JSON in,
JSON out, and what goes wrong in the decision is part of the answer.
"""

from datetime import datetime
from typing import Final

from server.domain.errors import DecisionFailed, ExpressionFailed
from server.domain.expressions import Json
from server.engine.dmn import Decisions
from server.engine.dmn_check import read

#: the function that ``child.run`` is to call
DECIDE: Final = "server.engine.trial:decide"


def decide(question: Json) -> Json:
    """Value, rows and warnings of ``decision``, or why there are none (``refused``).

    ``files`` are the texts of a pack's decision files, the edited one first; others that cannot
    be read are left out, since the draft that is tried need not wait for them.
    """
    first, *others = question["files"].items()
    readable, _found = read(dict(others))
    try:
        decided = Decisions(
            {first[0]: first[1], **{model.file: model for model in readable}}
        ).decide(
            question["decision"],
            question["inputs"],
            now=datetime.fromisoformat(question["now"]),
            types=question["types"],
            strict=False,
        )
    except (DecisionFailed, ExpressionFailed) as refused:
        return {"refused": refused.message}
    return {
        "value": decided.value,
        "hits": {element: list(rules) for element, rules in decided.hits.items()},
        "warnings": list(decided.warnings),
    }
