#!/bin/sh
# Print the Python to use: 3.11 to 3.14, one that can make virtual environments if there is a choice.
# $PYTHON overrides. Prints nothing but a reason on standard error, and fails, when there is none.
set -u
able='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'
complete='import ensurepip, venv'
fitting=''
for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
    "$candidate" -c "$able" >/dev/null 2>&1 || continue
    if "$candidate" -c "$complete" >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
    fitting=${fitting:-$(command -v "$candidate")}
done
if [ -n "$fitting" ]; then
    echo "$fitting"
    exit 0
fi
found=$("${PYTHON:-python3}" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo none)
cat >&2 <<END
Nuanxin needs Python 3.11, 3.12, 3.13 or 3.14; found here: $found.
Install one, for instance:
  Debian, Ubuntu:  apt-get install python3.11 python3.11-venv   (or a newer one that yours offers)
  macOS:           brew install python@3.13
  Fedora:          dnf install python3.13
or name one yourself:  make demo PYTHON=/path/to/python3.11
END
exit 1
