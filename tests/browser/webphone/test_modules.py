"""The phone's modules that need no browser, by Node's own test runner."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.fixtures.processes import ROOT

MODULES = Path(__file__).parent / "modules"


def test_the_modules_keep_what_they_promise() -> None:
    """States, numbers, texts, the stream over both paths, what the page asks for first."""
    node = shutil.which("node", path=f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}")
    assert node, "no Node: scripts/setup"
    quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
    files = sorted(map(str, MODULES.glob("*.test.mjs")))
    run = subprocess.run([node, quiet, "--test", *files], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout
