"""Runs the benchmarks: a table with each figure beside its limit, ``bench.json``, exit 1 on a
gate that fails."""

import json
import sys
from pathlib import Path

from tests.bench import checking, durable, engine, inbox, migrate, returns, served, sweep
from tests.bench.figures import Figure

_SUITES = (
    *(engine.measure, checking.measure, durable.measure, migrate.measure, returns.measure),
    *(served.measure, sweep.measure, inbox.measure),
)


def main(target: Path) -> int:
    """Measure everything, print and write it; 1 when a gate fails."""
    figures = [figure for measure in _SUITES for figure in measure()]
    sys.stdout.write(table(figures))
    target.write_text(
        json.dumps([figure.as_json() for figure in figures], ensure_ascii=False, indent=2) + "\n",
        encoding="utf-8",
    )
    return 0 if all(figure.passed for figure in figures) else 1


def table(figures: list[Figure]) -> str:
    """The figures for people to read."""
    rows = [("name", "value", "beside", "ratio", "limit", "unit", "gate")]
    rows += [
        (
            figure.name,
            f"{figure.value:.1f}",
            f"{figure.beside:.1f}",
            f"{figure.value / figure.beside:.2f}",
            "-" if figure.share is None else f"{figure.share:.2f}",
            figure.unit,
            "-" if figure.share is None else "ok" if figure.passed else "FAILED",
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "bench.json")))
