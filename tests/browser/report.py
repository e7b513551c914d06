"""The pictures of a run as one page beside the other reports: picture, step, person."""

import json
from html import escape
from pathlib import Path

from playwright.sync_api import Page

REPORT = Path(__file__).parents[2] / "test-report"

_LIST = "pictures.jsonl"
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>Pictures of the browser tests</title>
<style>
body {{ font: 1rem/1.5 sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }}
ol {{ display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)) }}
img {{ border: 1px solid #999; height: 14rem; object-fit: cover; width: 100% }}
</style></head><body>
<h1>Pictures of the browser tests</h1>
<p>Beside it: <a href="junit.xml">junit.xml</a>, traces of failures in <code>failures/</code>.</p>
{tests}
</body></html>
"""


class Album:
    """The pictures of one test, in a folder of its own that begins empty."""

    def __init__(self, test: str) -> None:
        self._folder = REPORT / "pictures" / test
        self._count = 0
        for old in self._folder.glob("*"):
            old.unlink()

    def take(self, page: Page, step: str, person: str) -> None:
        """Keep the whole page as it stands, with what is done on it and by whom."""
        self._count += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{self._count:02}-{step}.png"
        page.screenshot(path=file, full_page=True)
        with (self._folder / _LIST).open("a", encoding="utf-8") as listed:
            print(json.dumps({"file": file.name, "step": step, "person": person}), file=listed)


def write_index(report: Path = REPORT) -> None:
    """Write ``index.html`` over all pictures there are; none, no page."""
    tests = "".join(_section(found) for found in sorted(report.glob(f"pictures/*/{_LIST}")))
    if tests:
        (report / "index.html").write_text(_PAGE.format(tests=tests), encoding="utf-8")


def _section(listed: Path) -> str:
    folder = listed.parent.name
    rows = [json.loads(line) for line in listed.read_text(encoding="utf-8").splitlines()]
    return f"<h2>{escape(folder)}</h2><ol>{''.join(_figure(folder, row) for row in rows)}</ol>"


def _figure(folder: str, row: dict[str, str]) -> str:
    address, step, person = (
        escape(text)
        for text in (f"pictures/{folder}/{row['file']}", row["step"], row["person"] or "未登录")
    )
    return (
        f'<li><a href="{address}"><img src="{address}" alt="{step}" loading="lazy"></a>'
        f"<br>{step}<br><small>{person}</small></li>"
    )
