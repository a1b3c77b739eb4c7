import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX_FILE, MAX_FUNCTION = 400, 40
BINARY = (".ico", ".png", ".wav", ".woff2")
FORBIDDEN = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com"  # hosts of package registries
    r"|(?<![\w.])/(?:home|Users|work|root)/\w|[A-Z]:\\Users\\"  # folders of somebody's machine
)


def tracked(*endings: str) -> list[Path]:
    """Files of the repository; where there is no git, everything that is neither hidden nor installed."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() if listed.returncode == 0 else [str(path) for path in present()]
    return [ROOT / name for name in names if name.endswith(endings) and (ROOT / name).is_file()]


def present() -> Iterator[Path]:
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if not any(part.startswith(".") or part in {"node_modules", "__pycache__"} for part in parts):
            yield path.relative_to(ROOT)


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    """Source files stay within 400 lines."""
    long = {
        str(path.relative_to(ROOT)): n
        for path in tracked(".py", ".js")
        if (n := path.read_text().count("\n")) > MAX_FILE
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    """Functions stay within 40 lines."""
    long = {}
    for path in tracked(".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert long == {}


def test_the_stand_ins_are_known_to_nobody_but_the_local_run() -> None:
    """Product code never mentions what stands in for the real neighbours."""
    for path in tracked(".py"):
        if path.relative_to(ROOT).parts[0] in {"functions", "shared"}:
            assert "stand-in" not in path.read_text().lower(), path


def test_no_registry_and_no_machine_is_named() -> None:
    """No text names the host of a package registry or a folder of somebody's machine."""
    found = {}
    for path in tracked(""):
        if path.suffix not in BINARY and (match := FORBIDDEN.search(path.read_text())):
            found[str(path.relative_to(ROOT))] = match.group()
    assert found == {}


def test_a_class_has_its_name_alone() -> None:
    """No two classes of the product, the lab or the stand-ins bear one name: who searches for it finds it."""
    places: dict[str, list[str]] = {}
    for path in tracked(".py"):
        if path.relative_to(ROOT).parts[0] in {"functions", "shared", "voicecloud", "lab", "local"}:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef | ast.TypeAlias):
                    name = node.name if isinstance(node, ast.ClassDef) else node.name.id
                    places.setdefault(name, []).append(str(path.relative_to(ROOT)))
    for path in tracked(".js"):
        if path.relative_to(ROOT).parts[0] == "webphone":
            for name in re.findall(r"^(?:export )?class (\w+)", path.read_text(), re.MULTILINE):
                places.setdefault(f"{name} (page)", []).append(str(path.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
