#!/bin/sh
# Creates a Python environment, unless it exists for the same requirements: venv.sh TARGET REQUIREMENTS
set -eu

target=${1:?"usage: venv.sh TARGET REQUIREMENTS"}
requirements=${2:?"usage: venv.sh TARGET REQUIREMENTS"}
python=${PYTHON:-python3}

command -v "$python" >/dev/null || { echo "$python is missing: install Python 3.11 or later, with venv" >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$python is older than 3.11" >&2; exit 1; }

wanted=$("$python" -c 'import hashlib, sys; print(sys.version_info[:2], hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$requirements")
if [ -f "$target/requirements.hash" ] && [ "$(cat "$target/requirements.hash")" = "$wanted" ]; then
    exit 0
fi
rm -rf "$target"
mkdir -p "$(dirname "$target")"
"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
# Written last, so that an interrupted run starts again.
echo "$wanted" > "$target/requirements.hash"
