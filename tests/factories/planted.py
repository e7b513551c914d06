"""Words planted once, then looked for wherever something is kept or goes out."""

import io
import zipfile
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import inspect, text

from server.services.context import Tools


def told_of(tools: Tools, words: Collection[str]) -> set[str]:
    """Names of the tables in which one of these words stands in clear, whatever their columns."""
    found = set()
    with tools.readers() as session:
        for table in inspect(session.connection()).get_table_names():
            quoted = session.connection().dialect.identifier_preparer.quote(table)
            for row in session.execute(text(f"SELECT * FROM {quoted}")):  # no input
                said = " ".join(
                    bytes(one).decode("utf-8", "ignore")
                    if isinstance(one, bytes | memoryview)
                    else str(one)
                    for one in row
                )
                if any(word in said for word in words):
                    found.add(table)
    return found


def files_with(folder: Path, words: Collection[str]) -> set[str]:
    """Names of the files below the folder that say one of these words, also those packed."""
    return {
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and says(file.read_bytes(), words)
    }


def says(content: bytes, words: Collection[str]) -> bool:
    """Does a file or an answer say one of these words: as text, in JSON, or in a spreadsheet."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return any(says(book.read(name), words) for name in book.namelist())
    return any(
        word.encode() in content or word.encode("unicode_escape") in content for word in words
    )
