"""Built files: all there at the start, named by their content, as light as promised."""

import re
from pathlib import Path

import orjson
import pytest

from server.web.assets import BUILT, NEEDED, Assets

TEMPLATES = Path(__file__).parents[2] / "server" / "web" / "templates"
_ASKED = re.compile(r"asset\(['\"]([^'\"]+)['\"]\)")


def test_without_a_build_the_program_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"not built.*app\.js.*viewer\.js"):
        Assets.read(tmp_path)


def test_a_file_of_the_manifest_that_is_gone_is_told(tmp_path: Path) -> None:
    names = {name: f"{name}-1" for name in NEEDED}
    (tmp_path / "manifest.json").write_bytes(orjson.dumps(names))
    for name in NEEDED - {"form.js"}:
        (tmp_path / names[name]).touch()

    with pytest.raises(RuntimeError, match=r"\(missing: form\.js\)"):
        Assets.read(tmp_path)


def test_a_file_is_found_under_a_name_with_its_hash() -> None:
    assert re.fullmatch(r"/static/office-[A-Z0-9]{8}\.css", Assets.read().url("office.css"))


def test_templates_ask_only_for_what_is_needed_at_the_start() -> None:
    asked = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in _ASKED.findall(path.read_text(encoding="utf-8"))
    }
    assert asked <= NEEDED
    assert {"app.js", "office.css"} <= asked


def test_sheets_ask_for_nothing_the_content_policy_refuses() -> None:
    assets = Assets.read()
    for name in ("office.css", "form.css", "viewer.css"):
        sheet = (BUILT / assets.names[name]).read_text(encoding="utf-8")
        assert not re.findall(r"url\((?!['\"]?[./])[^)]*\)", sheet), name
        assert "@import" not in sheet


def test_licences_of_what_is_shipped_lie_beside() -> None:
    texts = {path.stem for path in (BUILT / "licenses").glob("*.txt")}
    assert {"bpmn-js", "_bpmn-io_form-js-viewer", "bootstrap", "htmx.org"} <= texts
