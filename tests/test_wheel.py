"""The wheel holds all that runs: it is built, unpacked far from the checkout, and a drill runs."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent


@pytest.mark.slow
def test_a_wheel_makes_a_drill_and_shows_its_sign_in_page(tmp_path: Path) -> None:
    built = tmp_path / "built"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(build, cwd=CHECKOUT, check=True)
    (wheel,) = built.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    # only what was installed: neither the checkout nor the folder the test was started in
    environ = {**os.environ, "PYTHONPATH": str(installed), "RONGCUO_DATA": str(tmp_path / "data")}
    for program in (["-m", "server", "demo"], ["-c", PAGE]):
        done = subprocess.run(
            [sys.executable, *program], cwd=tmp_path, env=environ, check=False, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().split() == [str(installed / "server"), "200", "200"]


PAGE = """
import os, re
from datetime import datetime
from pathlib import Path
import server
from server.app import build, create_app
from server.config import Config
from server.domain.calendar import CHINA_TIME

tools = build(Config.read(os.environ))
client = create_app(tools, lambda: datetime(2026, 3, 2, 9, tzinfo=CHINA_TIME)).test_client()
page = client.get("/sign-in")
style = re.search(r"/static/office[^\\"]+", page.text)
print(Path(server.__file__).parent, page.status_code, client.get(style[0]).status_code)
"""
