# The only commands anyone types. `just` lists them.

python := ".venv/bin/python"

_list:
    @just --list

# A virtual environment with everything a developer needs
setup:
    test -d .venv || python3 -m venv .venv
    {{python}} -m pip install --quiet --upgrade pip
    {{python}} -m pip install --quiet --group dev --group test --group check
    "{{just_executable()}}" dev

# Build the optimised extension in place, with every extra
dev:
    {{python}} -m maturin develop --release --extras cli,polars,pandas,coast --quiet

# Format both languages
fmt:
    cargo fmt --all
    {{python}} -m ruff format .
    {{python}} -m ruff check --fix --quiet .

# Everything a reviewer should not have to say
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --quiet -- -D warnings
    {{python}} -m ruff format --check .
    {{python}} -m ruff check .
    {{python}} -m basedpyright
    {{python}} -m mypy.stubtest detente._core
    {{python}} -c "from importlinter.cli import lint_imports_command as lint; lint()"

# Rust laws and oracles, then the README's test command
test:
    cargo nextest run --workspace --status-level fail
    {{python}} -m pytest -n auto --quiet

# Side by side with the peers (see benches/README.md)
bench:
    {{python}} benches/run.py

# What CI runs
all: setup check test
