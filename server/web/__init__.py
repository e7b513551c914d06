"""HTML pages: parse, one call, render."""

from flask import Flask

from server.web import (
    absences,
    account,
    applications,
    assets,
    attachments,
    audits,
    batches,
    board,
    calendars,
    case_verbs,
    cases,
    context,
    corrections,
    decisions,
    drill,
    filters,
    inbox,
    kinships,
    ledger,
    notice_paces,
    notices,
    organisation,
    overruns,
    packs,
    papers,
    phrases,
    proposals,
    recusals,
    registers,
    reporters,
    requests,
    search,
    start,
    system,
    takeovers,
    talks,
    task_verbs,
    tasks,
)

#: one blueprint per group of pages
PAGES = (
    assets.files,
    absences.pages,
    account.pages,
    applications.pages,
    attachments.pages,
    audits.pages,
    batches.pages,
    board.pages,
    calendars.pages,
    case_verbs.pages,
    cases.pages,
    corrections.pages,
    decisions.pages,
    recusals.pages,
    registers.pages,
    drill.pages,
    filters.pages,
    inbox.pages,
    kinships.pages,
    ledger.pages,
    notice_paces.pages,
    notices.pages,
    organisation.pages,
    overruns.pages,
    packs.pages,
    papers.pages,
    phrases.pages,
    proposals.pages,
    reporters.pages,
    requests.pages,
    search.pages,
    start.pages,
    system.pages,
    takeovers.pages,
    talks.pages,
    task_verbs.pages,
    tasks.pages,
)


def register(app: Flask) -> None:
    """Put all pages into the application. Raises RuntimeError when the front end is not built."""
    app.template_folder = "web/templates"
    context.install(app, assets.Assets.read())
    for pages in PAGES:
        app.register_blueprint(pages)
