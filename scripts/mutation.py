"""Breaks the pure modules one clause at a time, and names what no unit test notices: ``make mutation``.

The unit tests of a module's folder and those that import it run once, to see which test runs which line. Then each
mutant runs with the tests of its lines, the quickest first, until one fails. No file is changed: a mutant is compiled
in a process of its own. docs/testing.md says how to read the result.
"""

import ast
import gc
import importlib
import os
import pickle
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import accumulate
from pathlib import Path
from types import CodeType
from typing import IO, Any
from unittest.mock import patch

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "tests/unit"
PROJECT = {"shared", "voicecloud", "local", "lab"}
MODULES = (
    "shared/callbacks/profiles.py",
    "shared/calls/rules.py",
    "shared/enterprise_calls/rules.py",
    "shared/reconciliation/verdicts.py",
    "shared/calls/recording_links.py",
    "shared/calls/merge.py",
    "shared/calls/facts.py",
    "shared/presence/rules.py",
    "shared/presence/facts.py",
    "shared/presence/table.py",
    "shared/presence/in_call.py",
    "shared/presence/state_machine.py",
    "shared/presence/call_leases.py",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "shared/numbers").glob("[!_]*.py")),
    "voicecloud/notices/rules.py",
    "voicecloud/records/rules.py",
    "voicecloud/routing/engine/allocation.py",
    "voicecloud/routing/rules/selection.py",
    "voicecloud/trunk/sip/rules.py",
    "voicecloud/webhooks/rules.py",
)
TRIAL_LIMIT_S, STARTS_WITHIN_S, SLOWER = 600, 20, 5
"""A mutant has some seconds to start, and then several times as long as its tests take."""
SWAPPED: Mapping[type[ast.AST], Callable[[], Any]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
PAIRS = {"min": "max", "max": "min", "any": "all", "all": "any"}
OPTIONS = ("-x", "-qq", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin")
SETTINGS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PRESENCE_STEPS": "100"}
"""Quick to start, and to do what is random."""
IMPORT = ""
"""In the place of a test: what importing the module runs."""
TOOL = 4
"""Ours, of the numbers of ``sys.monitoring``."""


@dataclass(frozen=True)
class Mutant:
    """One change of a source: bytes ``start`` to ``end`` become ``text``.

    ``lines``: from the first of its statement to its own last one.
    """

    start: int
    end: int
    text: str
    lines: range

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.text.encode() + source[self.end :]

    def shown(self, source: bytes) -> str:
        before = " ".join(source[self.start : self.end].decode().split())
        return f"{source.count(b'\n', 0, self.start) + 1}: {before}  →  {self.text[1:-1]}"


def mutants(source: bytes) -> list[Mutant]:
    """Comparisons and operators swapped, clauses and ``not`` dropped, branches cut off, numbers raised by one."""
    starts = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
    return [
        Mutant(
            starts[node.lineno - 1] + node.col_offset,
            starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0),
            f"({text})",
            range(statement.lineno, (node.end_lineno or node.lineno) + 1),
        )
        for statement, node, texts in places(ast.parse(source), None)
        for text in texts
    ]


def places(node: ast.AST, statement: ast.stmt | None) -> Iterator[tuple[ast.stmt, ast.expr, Iterable[str]]]:
    """Every expression, but for decorators and types, with its statement and what may stand in its place."""
    if isinstance(node, ast.stmt):
        statement = node
    if statement and isinstance(node, ast.expr):
        yield statement, node, changed(node)
    conditions = [node.test] if isinstance(node, ast.If) else node.ifs if isinstance(node, ast.comprehension) else []
    if statement:
        for condition in conditions:
            yield statement, condition, ("True", "False")
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and name not in {"decorator_list", "annotation", "returns", "type_params"}:
                yield from places(child, statement)


def changed(node: ast.expr) -> Iterator[str]:  # noqa: C901 (one case a kind)
    """The texts that may stand in the place of an expression."""
    match node:
        case ast.Compare(left, operators, compared):
            for at, operator in enumerate(operators):
                others = [*operators[:at], SWAPPED[type(operator)](), *operators[at + 1 :]]
                yield ast.unparse(ast.Compare(left, others, compared))
        case ast.BoolOp(operator, values):
            yield ast.unparse(ast.BoolOp(SWAPPED[type(operator)](), values))
            for at in range(len(values)):
                left_over = [*values[:at], *values[at + 1 :]]
                yield ast.unparse(ast.BoolOp(operator, left_over) if len(left_over) > 1 else left_over[0])
        case ast.BinOp(left, operator, right) if type(operator) in SWAPPED:
            yield ast.unparse(ast.BinOp(left, SWAPPED[type(operator)](), right))
        case ast.UnaryOp(ast.Not(), operand):
            yield ast.unparse(operand)
        case ast.IfExp(_, body, other):
            yield from (ast.unparse(body), ast.unparse(other))
        case ast.Constant(bool(value)):
            yield str(not value)
        case ast.Constant(int(value) | float(value)):
            yield str(value + 1)
        case ast.Call(ast.Name(name), arguments, keywords) if name in PAIRS:
            yield ast.unparse(ast.Call(ast.Name(PAIRS[name]), arguments, keywords))


class Loader(SourceFileLoader):
    """Compiles a given source in the place of a module's own."""

    def __init__(self, name: str, path: str, source: bytes, compiled: Callable[[CodeType], None]) -> None:
        super().__init__(name, path)
        self._source, self._compiled = source, compiled

    def get_code(self, fullname: str) -> CodeType:
        code = compile(self._source, self.path, "exec", dont_inherit=True)
        self._compiled(code)
        return code


class Finder(MetaPathFinder):
    """Finds one module of the project, with a given source."""

    def __init__(self, module: str, source: bytes, compiled: Callable[[CodeType], None] = lambda code: None) -> None:
        self._name, self._path = name_of(module), str(ROOT / module)
        self._loader = Loader(self._name, self._path, source, compiled)

    def find_spec(self, name: str, _path: object, _target: object = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self._path, loader=self._loader) if name == self._name else None


class Hypotheses:
    """The same few examples each time: none are kept, and nobody needs the smallest."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutation", database=None, derandomize=True, phases=phases, deadline=None, max_examples=20
        )
        hypothesis.settings.load_profile("mutation")


@dataclass
class Trial:
    """What the whole run has shown: the tests of each line, seconds by test, what can be loaded beforehand."""

    tests: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    took_s: dict[str, float] = field(default_factory=dict)
    beforehand: list[str] = field(default_factory=list)

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that run a mutant, the quickest first."""
        found = set().union(*(self.tests.get(line, ()) for line in mutant.lines))
        return sorted(self.took_s if IMPORT in found else found, key=self.took_s.__getitem__)


class Watch(Trial):
    """Makes a trial: a plugin of pytest that receives the lines of one module."""

    test = IMPORT

    def follow(self, code: CodeType) -> None:
        sys.monitoring.set_local_events(TOOL, code, sys.monitoring.events.LINE)
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                self.follow(inner)

    def begin(self) -> None:
        sys.monitoring.use_tool_id(TOOL, "mutation")
        sys.monitoring.register_callback(TOOL, sys.monitoring.events.LINE, self._ran)

    def _ran(self, _code: CodeType, line: int) -> object:
        self.tests[line].add(self.test)
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.test, began = item.nodeid, time.perf_counter()
        sys.monitoring.restart_events()
        result = yield
        self.took_s[self.test] = time.perf_counter() - began
        self.test = IMPORT
        return result


def name_of(module: str) -> str:
    return module.removesuffix(".py").replace("/", ".")


def files_of(module: str) -> list[str]:
    """The unit tests of the folder that mirrors the module's, and all others that import it."""
    package, _, name = name_of(module).rpartition(".")
    imports = (f"from {package}.{name} import", f"from {package} import {name}\n", f"import {package}.{name}\n")
    own = set((UNIT / module).parent.rglob("test_*.py"))
    others = {path for path in UNIT.rglob("test_*.py") if any(one in path.read_text() for one in imports)}
    return [str(path.relative_to(ROOT)) for path in sorted(own | others)]


def untouched(module: str) -> list[str]:
    """What is loaded now and does not import a module, not even by way of others; tests are left to pytest."""
    found, imports = [], dict[str, set[str]]()
    for name, loaded in list(sys.modules.items()):
        path = Path(getattr(loaded, "__file__", None) or "/")
        if "site-packages" in path.parts:
            found.append(name)
        elif path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in PROJECT:
            imports[name] = {part for one in (name, *imported(path)) for part in parents(one)} - {name}
    touched = {name_of(module)}
    while more := {name for name, used in imports.items() if name not in touched and used & touched}:
        touched |= more
    return found + [name for name in imports if name not in touched]


def parents(name: str) -> Iterator[str]:
    """A module and the packages that are loaded with it."""
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def imported(path: Path) -> set[str]:
    """The names of all that may be modules in a file's imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


def tests_fail(tests: Sequence[str], finder: Finder, *plugins: object) -> int:
    """Plugins are named, not searched for among all packages: that takes as long as many a module's tests."""
    sys.meta_path.insert(0, finder)
    with patch("importlib.metadata.distributions", return_value=()):
        return int(pytest.main([*OPTIONS, *tests], [Hypotheses(), *plugins]))


def apart(work: Callable[[], int], limit_s: float = 0, *, is_silent: bool = True) -> int:
    """The status of work in a process of its own; above 128 where it took too long (0: no limit), or crashed."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        for stream in (1, 2) if is_silent else ():
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        signal.setitimer(signal.ITIMER_REAL, limit_s)
        status = 1
        try:
            status = work()
        except Exception:
            traceback.print_exc()
            raise
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if status >= 0 else 128 - status


def tried(module: str) -> Trial:
    """Raises RuntimeError where the tests fail as it is."""
    watch, source = Watch(), (ROOT / module).read_bytes()
    with tempfile.TemporaryFile() as told:

        def work() -> int:
            watch.begin()
            status = tests_fail(files_of(module), Finder(module, source, watch.follow), watch)
            pickle.dump((dict(watch.tests), watch.took_s, untouched(module)), told)
            told.flush()
            return status

        if status := apart(work, TRIAL_LIMIT_S):
            raise RuntimeError(f"{module}: its tests fail without any change (status {status})")
        told.seek(0)
        return Trial(*pickle.load(told))  # noqa: S301 (our own)


def survivors(module: str) -> tuple[list[str], int]:
    """What no test notices, and how many mutants there were."""
    trial, source = tried(module), (ROOT / module).read_bytes()
    for name in trial.beforehand:
        with suppress(Exception):
            importlib.import_module(name)
    gc.freeze()
    found, made = [], mutants(source)
    for mutant in made:
        tests = trial.of(mutant)
        limit_s = STARTS_WITHIN_S + SLOWER * sum(map(trial.took_s.__getitem__, tests))
        finder = Finder(module, mutant.applied(source))
        if not tests or apart(lambda: tests_fail(tests, finder), limit_s) == 0:  # noqa: B023 (called at once)
            found.append(mutant.shown(source) + ("" if tests else "  (no test runs it)"))
    return found, len(made)


def report(module: str, told: IO[bytes]) -> int:
    began = time.monotonic()
    found, made = survivors(module)
    print(f"{module}: {made - len(found)} of {made} mutants noticed, {time.monotonic() - began:.0f} s")
    for one in found:
        print(f"  {module}:{one}")
    sys.stdout.flush()
    pickle.dump((len(found), made), told)
    told.flush()
    return 0


def main(modules: Sequence[str]) -> None:
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ.update(SETTINGS)
    left, total = 0, 0
    for module in modules or MODULES:
        with tempfile.TemporaryFile() as told:
            if apart(partial(report, module, told), is_silent=False):
                raise SystemExit(1)
            told.seek(0)
            found, made = pickle.load(told)  # noqa: S301 (our own)
        left, total = left + found, total + made
    print(f"score {(total - left) / max(1, total):.1%}: {total - left} of {total} mutants noticed")


if __name__ == "__main__":
    main(sys.argv[1:])
