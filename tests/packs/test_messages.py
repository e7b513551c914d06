"""What the packs of the program tell each other fits: start forms, start events, what travels."""

import json

import pytest

from server.adapters.packs import PackFiles, parse, read_folder
from server.checker import form_sheets
from server.checker.form_sheets import FormSheet
from server.checker.rules_messages import missing_fields, unknown_fields
from server.domain.packs import Message, PolicyPack, Procedure
from tests.packs.test_packs import PACKS

READ = {folder.name: read_folder(folder) for folder in PACKS}
PARSED: dict[str, PolicyPack] = {
    name: pack for name, files in READ.items() if (pack := parse(files)[0]) is not None
}
OPENING = [
    (name, message)
    for name, pack in PARSED.items()
    for message in pack.messages.values()
    if message.opens
]


def test_every_message_that_begins_a_case_of_a_shipped_pack_fits_its_start_form() -> None:
    problems = {
        f"{name}.{message.key}": found
        for name, message in OPENING
        if (found := misfit(message)) != []
    }
    assert problems == {}


def misfit(message: Message) -> list[str]:
    """What is wrong between the message and the procedure it begins; another's is not known."""
    found = holder(message.opens)
    if found is None:
        return []
    files, pack, procedure = found
    form = sheet(files, pack, procedure)
    begins = any(f'name="{message.key}"'.encode() in each for each in files.of(".bpmn").values())
    return [
        *(f"unknown {key}" for key in unknown_fields(message, form)),
        *(f"missing {key}" for key in missing_fields(message, form, procedure.defaults)),
        *([] if begins else [f"no start event in {pack.key}"]),
    ]


def holder(procedure: str) -> tuple[PackFiles, PolicyPack, Procedure] | None:
    return next(
        (
            (READ[name], pack, pack.procedures[procedure])
            for name, pack in PARSED.items()
            if procedure in pack.procedures
        ),
        None,
    )


def sheet(files: PackFiles, pack: PolicyPack, procedure: Procedure) -> FormSheet:
    schema = json.loads(files.of(".form.json")[f"{procedure.start_form}.form.json"])
    return form_sheets.read(procedure.start_form, schema, pack)


if not OPENING:
    pytestmark = pytest.mark.skip("no shipped pack begins a case yet")
