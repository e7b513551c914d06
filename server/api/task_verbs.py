"""What is done to a task beside taking it and handing it in: one route per verb of the table."""

from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.tasks import TaskDoneSchema, after
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.http.verbs.saying import Verb
from server.http.verbs.table import TASK_VERBS

task_verbs = Blueprint("task_verbs", __name__, description=_("待办的流转"))


def _register(verb: Verb) -> None:
    def view(given: dict[str, Any], task: UUID) -> Response:
        return after(str(task), partial(verb.act, **given))

    view.__name__, view.__doc__ = verb.name.replace("-", "_"), f"{verb.title}\n\n{verb.says}"
    described = task_verbs.response(HTTPStatus.OK, TaskDoneSchema)(view)
    described = task_verbs.arguments(verb.schema)(described)
    described = task_verbs.doc(parameters=commands.HEADERS)(described)
    allowed = requires(Permission.CASE_READ)(described)
    task_verbs.route(f"/tasks/<uuid:task>/{verb.name}", methods=["POST"])(allowed)


for _verb in TASK_VERBS.values():
    _register(_verb)
