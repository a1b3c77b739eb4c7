"""Prints how the code base reads, in the figures that docs and reviews go by: ``make figures``."""

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT = ("functions", "shared", "voicecloud", "local")
BRANCHES = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.With,
    ast.AsyncWith,
    ast.IfExp,
    ast.comprehension,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if path.read_text().strip()]


def functions(paths: list[Path]) -> list[Function]:
    trees = (ast.parse(path.read_text()) for path in paths)
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, Function)]


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def complexity(function: Function) -> int:
    """Branches plus one, and one for each further operand of and/or."""
    nodes = list(ast.walk(function))
    operands = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + operands + sum(isinstance(node, BRANCHES) for node in nodes)


def row(folder: str) -> str:
    paths = files(folder)
    lines = [path.read_text().count("\n") for path in paths]
    found = functions(paths)
    lengths = sorted(map(length, found))
    typed = sum(function.returns is not None for function in found) / len(found)
    return (
        f"{folder:<11} {len(paths):>5} {sum(lines):>7} {statistics.median(lines):>7.0f} {max(lines):>5}"
        f" {statistics.median(lengths):>7.0f} {lengths[int(len(lengths) * 0.9)]:>5} {max(lengths):>5}"
        f" {statistics.mean(map(complexity, found)):>7.1f} {typed:>7.0%}"
    )


def main() -> None:
    print("folder      files   lines  median   max | functions: median, p90, max | complexity | typed returns")
    for folder in (*PRODUCT, "tests"):
        print(row(folder))
    sources = sum(path.read_text().count("\n") for folder in PRODUCT for path in files(folder))
    tests = sum(path.read_text().count("\n") for path in files("tests"))
    print(f"test : source lines {tests / sources:.2f}")


if __name__ == "__main__":
    main()
