"""Files import each other one way; import-linter's contracts say which rooms stand on which."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import detente as dt

ROOT = Path(dt.__file__).parent
Graph = dict[str, set[str]]


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(file: Path, known: set[str]) -> Iterator[str]:
    """Yield the modules that a file imports when it is loaded."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in known else node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def _graph() -> Graph:
    files = {_name(file): file for file in ROOT.rglob("*.py")}
    known = set(files)
    return {name: set(_imported(file, known)) & known - {"detente"} for name, file in files.items()}


def test_no_file_is_part_of_a_circle() -> None:
    graph = _graph()
    assert len(graph) > 150
    assert sum(map(len, graph.values())) > 500
    tuple(TopologicalSorter(graph).static_order())


def test_a_circle_would_be_found() -> None:
    graph = _graph()
    graph["detente.errors"].add("detente.exchange.party.party")
    with pytest.raises(CycleError, match=r"detente\.errors"):
        tuple(TopologicalSorter(graph).static_order())
