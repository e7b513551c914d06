"""A template becomes a letter: the work of the child (``engine/child``), JSON in and out.

Never call :func:`render` in the process that serves: a template is code, and the data may be large.
"""

import base64
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from server.adapters.letters import package, sheets
from server.adapters.letters.language import Language, Spoken
from server.adapters.letters.package import NotALetter
from server.domain.expressions import Json
from server.domain.texts import _

#: largest letter that is kept
_LARGEST: Final = 4 * 1024 * 1024
#: what XML cannot hold, what nobody sees, and the mark of the number
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff" + package.MARK + "]"
)


def render(asked: Json) -> Json:
    """``{template, data}`` -> ``{docx, blocks}``, or ``{problem}`` in words.

    ``data`` may hold :data:`package.MARK` only in its ``number``.
    """
    try:
        content = base64.b64decode(asked["template"])
        package.parts(content)
        letter = filled(content, asked["data"])
        return {"docx": base64.b64encode(letter).decode(), "blocks": sheets.blocks(letter)}
    except NotALetter as problem:
        return {"problem": str(problem)}
    except (TemplateError, etree.LxmlError) as problem:
        return {"problem": f"{type(problem).__name__}：{problem}"[:300]}


def filled(content: bytes, data: Mapping[str, Json]) -> bytes:
    """The letter; every value is printed as text, whatever it looks like.

    Raises:
        NotALetter: it came out too large.
    """
    out = io.BytesIO()
    rendered(content, data).save(out)
    if out.tell() > _LARGEST:
        raise NotALetter(_("填写以后超过4MB"))
    return package.numbered(out.getvalue(), package.MARK)


def rendered(content: bytes, data: Mapping[str, Json]) -> DocxTemplate:
    """The template with everything filled in, not yet a file."""
    template = DocxTemplate(io.BytesIO(content))
    given = {key: plain(value) for key, value in data.items()}
    given["number"] = data.get("number", "")
    template.render(given, Language(), autoescape=True)
    return template


def spoken(content: bytes) -> Iterator[Spoken]:
    """What every part of a template says, without running it.

    Raises:
        NotALetter: it is no .docx that may be a template.
    """
    package.parts(content)
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    language = Language()
    texts = [template.get_xml()]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        texts += [template.get_part_xml(part) for _key, part in template.get_headers_footers(uri)]
    for text in texts:
        yield Spoken(language, template.patch_xml(text))


def plain(value: Json) -> Any:
    """The same without what cannot be printed."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value)
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    return value
