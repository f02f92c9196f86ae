"""`make messages`: collect the Chinese sentences of code and templates, and compile the English ones.

`locale/zh_Hans` holds what Django itself says of a form, in our words; it is written by hand and compiled here too.

`--compile` only compiles. Both need gettext (Debian: apt-get install gettext).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "nuanxin"
FORM = ("--locale", "en", "--no-wrap", "--no-location", "--no-obsolete")


def main() -> int:
    if not shutil.which("msgfmt"):
        print(
            "gettext is not installed (Debian: apt-get install gettext; macOS: brew install gettext)",
            file=sys.stderr,
        )
        return 1
    environment = {
        "NUANXIN_SECRET_KEY": "collecting-messages",
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nuanxin.config.settings",
    }
    django = [sys.executable, "-m", "django"]
    commands = [[*django, "compilemessages", "--locale", "en", "--locale", "zh_Hans"]]
    if "--compile" not in sys.argv:
        # Scripts take their sentences from the page, so code and templates are all the sources there are.
        commands.insert(0, [*django, "makemessages", *FORM, "--extension", "html,py,txt"])
    (PACKAGE / "locale").mkdir(exist_ok=True)
    for command in commands:
        done = subprocess.run(command, cwd=PACKAGE, env=environment, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
