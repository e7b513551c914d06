"""Files that come with a plain form: taken in as drafts before anything else of it is judged."""

from collections.abc import Mapping
from typing import Final

from werkzeug.datastructures import FileStorage, MultiDict

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.http.site import acting, site
from server.services.files import attachments

#: what stands before the place of a file field
FILE: Final = "file."


def taken_in(
    files: MultiDict[str, FileStorage],
) -> tuple[Mapping[str, list[str]], tuple[Finding, ...]]:
    """Ids of the new drafts by their place in the form, and what was refused, at its field."""
    added: dict[str, list[str]] = {}
    refused: list[Finding] = []
    for name, file in files.items(multi=True):
        if not name.startswith(FILE) or not file.filename:
            continue
        place = name.removeprefix(FILE)
        try:
            received = attachments.receive(site().tools, file.stream, file.filename)
            with acting() as ctx:
                added.setdefault(place, []).append(attachments.add(ctx, received))
        except Invalid as error:
            refused += [
                Finding(
                    code=one.code,
                    field=place,
                    message=f"{file.filename}：{one.message}",
                    fix=one.fix,
                )
                for one in error.findings
            ]
    return added, tuple(refused)


def ids_in(value: Json) -> list[str]:
    """Every text in lists of the answers that may be an id: those of files are among them."""
    if isinstance(value, Mapping):
        return [one for inner in value.values() for one in ids_in(inner)]
    if isinstance(value, list):
        texts = [one for one in value if isinstance(one, str) and len(one) == 36]
        return texts + [
            one for inner in value if not isinstance(inner, str) for one in ids_in(inner)
        ]
    return []
