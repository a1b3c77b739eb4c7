"""Prints how the code base reads, in the figures that docs and reviews go by: ``make figures``.

Empty files are left out. A function's length is from its ``def`` to its last line.
"""

import ast
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("functions", "shared", "voicecloud", "local", "lab")
BRANCHES = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.IfExp,
    ast.comprehension,
    ast.match_case,
)
MAX_FILE, MAX_FUNCTION = 400, 40
COLUMNS = (
    "folder    ",
    "files",
    " lines",
    "file: median / max",
    "function: median / p90 / max",
    "complexity",
    "typed returns",
    f"files > {MAX_FILE}",
    f"functions > {MAX_FUNCTION}",
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if path.read_text().strip()]


def functions(paths: list[Path]) -> list[Function]:
    trees = (ast.parse(path.read_text()) for path in paths)
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, Function)]


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions inside it, which count for themselves."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function):
            yield child
            yield from own(child)


def complexity(function: Function) -> int:
    """Branches plus one, and one for each further operand of and/or."""
    nodes = list(own(function))
    operands = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + operands + sum(isinstance(node, BRANCHES) for node in nodes)


def row(folder: str) -> list[str]:
    """One cell for each of COLUMNS."""
    paths = files(folder)
    lines = [path.read_text().count("\n") for path in paths]
    found = functions(paths)
    lengths = sorted(map(length, found))
    typed = sum(function.returns is not None for function in found) / len(found)
    return [
        folder,
        str(len(paths)),
        str(sum(lines)),
        f"{statistics.median(lines):.0f} / {max(lines)}",
        f"{statistics.median(lengths):.0f} / {lengths[int(len(lengths) * 0.9)]} / {max(lengths)}",
        f"{statistics.mean(map(complexity, found)):.1f}",
        f"{typed:.0%}",
        str(sum(one > MAX_FILE for one in lines)),
        str(sum(one > MAX_FUNCTION for one in lengths)),
    ]


def lines_of(folders: Sequence[str]) -> int:
    return sum(path.read_text().count("\n") for folder in folders for path in files(folder))


def main() -> None:
    for cells in (COLUMNS, *(row(folder) for folder in (*FOLDERS, "tests"))):
        print("  ".join(cell.rjust(len(title)) for cell, title in zip(cells, COLUMNS, strict=True)))
    print(f"test : source lines {lines_of(['tests']) / lines_of(FOLDERS):.2f}")


if __name__ == "__main__":
    main()
