"""A year's notice typed into a form, or sent as a file: both become the file that is imported."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Request

from server.domain.errors import Invalid
from server.domain.texts import _

#: largest notice, in bytes
MAX_NOTICE = 64 * 1024

#: fields of the form; the last two hold one day or range per line
FIELDS = ("year", "source", "published_on", "days_off", "makeup_workdays")


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What came in."""

    file: str
    content: bytes
    #: what was typed, empty for a file
    typed: Mapping[str, str] = field(default_factory=dict)


def notice_of(request: Request) -> Notice:
    """The notice of a request: the confirmed one, the file, or what was typed.

    Raises Invalid when the file is too large.
    """
    confirmed = request.form.get("notice", "")
    if confirmed:
        return Notice(file=request.form.get("file", ""), content=_limited(confirmed.encode()))
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return Notice(file=sent.filename[:100], content=_limited(sent.read(MAX_NOTICE + 1)))
    typed = {name: request.form.get(name, "")[:MAX_NOTICE] for name in FIELDS}
    content = json.dumps(_written(typed), ensure_ascii=False).encode()
    return Notice(file=_("填写的放假安排"), content=_limited(content), typed=typed)


def _written(typed: Mapping[str, str]) -> dict[str, object]:
    """As the file says it: JSON is YAML; 至 between two days means the same as two points."""
    year = typed["year"].strip()
    days = {
        name: [
            line.strip().replace("至", "..") for line in typed[name].splitlines() if line.strip()
        ]
        for name in FIELDS[3:]
    }
    return {
        "year": int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else year,
        "source": typed["source"].strip(),
        "published_on": typed["published_on"].strip(),
        **days,
    }


def _limited(content: bytes) -> bytes:
    if len(content) > MAX_NOTICE:
        raise Invalid(_("放假安排文件超过{n}kB").format(n=MAX_NOTICE // 1024))
    return content
