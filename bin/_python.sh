# Sets PYTHON to a Python 3.11 or newer (that of .venv when it is there) and BIN to this folder.
# Debian's own comes before others on the path: it is built with profiles, and runs faster.
BIN=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
PYTHON=
debian=
/usr/bin/python3 -c 'import ensurepip' 2>/dev/null && debian=/usr/bin/python3
for candidate in "$BIN/../.venv/bin/python" $debian python3 python3.11 python3.12 python3.13 python3.14; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    PYTHON=$candidate
    break
done
if [ -z "$PYTHON" ]; then
    echo "Rembuk needs Python 3.11 or newer: install it (apt-get install python3.11 python3-venv)." >&2
    exit 1
fi
