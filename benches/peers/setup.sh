#!/bin/sh
# Make the environment of the benches: the peers, and an optimised build of Détente beside them.
set -eu
cd "$(dirname "$0")"
test -d .venv || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --upgrade pip
.venv/bin/python -m pip install --quiet --requirement requirements.txt
.venv/bin/python -m pip uninstall --quiet --yes detente # or the same version is kept
.venv/bin/python -m pip install --quiet "../..[cli]"
if command -v cargo >/dev/null; then # the peer in Rust, for coalescing
    cargo build --quiet --release --manifest-path lmb/Cargo.toml
fi
