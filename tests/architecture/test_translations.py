"""Every sentence has its English, collected from the code as it is now; no guess of gettext's is left standing."""

import gettext
import os
import shutil
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po

from tests.architecture.source import PACKAGE

CATALOGUE = "locale/en/LC_MESSAGES/django"
needs_gettext = pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed")


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The English catalogue brought up to date with the code, in a copy of the package."""
    copy = tmp_path_factory.mktemp("messages") / "nuanxin"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("vendor", "__pycache__", "reference"))
    (copy / "locale").mkdir(exist_ok=True)
    command = [
        "makemessages",
        "--locale",
        "en",
        "--no-location",
        "--no-obsolete",
        "--extension",
        "html,py,txt",
    ]
    # The copy is the package then, its catalogue included: LOCALE_PATHS leads there, not to the real one.
    environment = os.environ | {
        "PYTHONPATH": str(copy.parent),
        "DJANGO_SETTINGS_MODULE": "nuanxin.config.settings",
    }
    subprocess.run([sys.executable, "-m", "django", *command], cwd=copy, check=True, env=environment)
    with (copy / f"{CATALOGUE}.po").open("rb") as file:
        return [message for message in read_po(file, locale="en") if message.id]


@needs_gettext
def test_every_sentence_is_translated(collected):
    missing = [message.id for message in collected if not _is_translated(message)]
    assert not missing, f"{len(missing)} sentences without English (make messages): {missing[:20]}"


@needs_gettext
def test_no_translation_is_fuzzy(collected):
    fuzzy = [message.id for message in collected if message.fuzzy]
    assert not fuzzy, fuzzy


def test_what_is_compiled_is_what_is_written():
    with (PACKAGE / f"{CATALOGUE}.po").open("rb") as file:
        written = {
            (message.context, message.id): message.string
            for message in read_po(file, locale="en")
            if isinstance(message.id, str)
        }
    with (PACKAGE / f"{CATALOGUE}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = [
        text
        for (context, text), english in written.items()
        if text and english and _compiled(compiled, context, text) != english
    ]
    assert not stale, f"run `make messages`: {stale[:20]}"


def _compiled(catalogue, context, text):
    return catalogue.pgettext(context, text) if context else catalogue.gettext(text)


def _is_translated(message):
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)
