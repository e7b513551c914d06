"""Text of cases for the search: derived from their rows, rebuildable, never the source of anything.

A full-text index of each database's own kind, so it is not part of the metadata: a virtual table
on SQLite, a ``tsvector`` with its index on PostgreSQL. What is stored are marks of
``domain/search_terms``, not the text.
"""

from sqlalchemy import column, table

#: tables of the index, with what SQLite puts beside a virtual table; migrations are written by hand
SEARCH_TABLES = "case_search"

case_search = table(
    SEARCH_TABLES,
    column("case_id"),
    # step of the case the text was handed in with; 0: reference and names of the case itself;
    # below: number and title of a paper that was issued for the step
    column("seq"),
    column("marks"),
)
