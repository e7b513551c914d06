"""Letter templates made of lines."""

import io
import zipfile

from docx import Document


def letter(*lines: str, parts: dict[str, bytes] | None = None) -> bytes:
    """A .docx with these paragraphs, and what else is put into the package."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    if parts:
        with zipfile.ZipFile(out, "a") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    return out.getvalue()


def table_letter(*cells: str) -> bytes:
    """A .docx with one table of one column."""
    document = Document()
    table = document.add_table(rows=len(cells), cols=1)
    for row, text in zip(table.rows, cells, strict=True):
        row.cells[0].text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
