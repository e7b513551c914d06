"""SpiffWorkflow as it comes, to show what it does wrong: such a test fails once it is mended."""

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from server.engine.port import Files


def parsed(files: Files, process: str = "main") -> tuple[Any, dict[str, Any]]:
    """The stock specs of a process and of what it calls."""
    parser = BpmnParser()
    for data in files.diagrams.values():
        parser.add_bpmn_xml(etree.fromstring(data))
    return parser.get_spec(process), parser.get_subprocess_specs(process)


def begun(files: Files, **data: Any) -> Any:
    """A stock workflow at its first wait."""
    workflow = BpmnWorkflow(*parsed(files))
    workflow.task_tree.data.update(data)
    workflow.do_engine_steps()
    return workflow


def ready(workflow: Any, name: str) -> Any:
    """The open task of that name, or None."""
    return workflow.get_next_task(state=TaskState.READY, spec_name=name)


def do(workflow: Any, *names: str, **data: Any) -> Any:
    """Complete the open tasks of these names in turn."""
    for name in names:
        task = ready(workflow, name)
        task.data.update(data)
        task.run()
        workflow.do_engine_steps()
    return workflow


def open_names(workflow: Any) -> list[str]:
    """Names of the open tasks."""
    found = workflow.get_tasks(state=TaskState.READY, manual=True)
    return sorted(str(task.task_spec.name) for task in found)
