"""The API under ``/api/v1``: parse, one call, answer."""

from flask import Flask

from server.api import openapi
from server.api.absences import absences
from server.api.attachments import attachments
from server.api.audits import audits
from server.api.batches import batches
from server.api.campaigns import campaigns
from server.api.case_commands import case_commands
from server.api.cases import cases
from server.api.corrections import corrections
from server.api.decisions import decisions
from server.api.drafts import drafts
from server.api.drill import drill
from server.api.kinships import kinships
from server.api.links import links
from server.api.notices import notices
from server.api.offers import offers
from server.api.packs import packs
from server.api.papers import papers
from server.api.procedures import procedures
from server.api.recusals import recusals
from server.api.registers import registers
from server.api.reporters import reporters
from server.api.requests import requests
from server.api.talks import talks
from server.api.task_verbs import task_verbs
from server.api.tasks import tasks
from server.api.tokens import tokens

#: one blueprint per resource, in the order of the description
RESOURCES = (
    *(tokens, procedures, cases, links, case_commands, corrections, requests, recusals, tasks),
    *(task_verbs, drafts, batches, decisions, talks, notices, absences, attachments),
    *(papers, registers, campaigns, kinships, reporters, packs, offers, audits, drill),
)


def register(app: Flask) -> None:
    """Put the API into the application."""
    api = openapi.describe(app)
    for resource in RESOURCES:
        # pages have groups of the same names
        api.register_blueprint(resource, name=f"api_{resource.name}", url_prefix=openapi.PREFIX)
    app.register_blueprint(openapi.docs)
