"""The package as it is imported."""

import importlib
import subprocess
import sys

import pytest

import detente as dt
from detente import _core


def test_importing_needs_numpy_alone() -> None:
    program = (
        "import sys, detente; "
        "print(*{name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    optional = {"pyarrow", "polars", "pandas", "orjson", "typer", "rich", "scipy", "playwright"}
    assert {"detente", "numpy"} <= set(run.stdout.split())
    assert not optional & set(run.stdout.split())


def test_everything_named_is_there() -> None:
    assert sorted(dt.__all__) == sorted(set(dt.__all__))
    assert all(hasattr(dt, name) for name in dt.__all__)


def test_a_debug_build_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_core, "DEBUG", True)
    with pytest.warns(RuntimeWarning, match="built without optimisation"):
        importlib.reload(dt)
