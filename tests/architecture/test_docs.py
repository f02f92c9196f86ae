"""Documentation that the code can contradict: what is generated is current, every setting is explained."""

import re

import pytest

from nuanxin.cli.docs import pages
from tests.architecture.source import ROOT, contexts, sources

DOCS = ROOT / "docs"


def test_generated_pages_are_current():
    stale = [
        name
        for name, text in pages().items()
        if not (DOCS / "generated" / name).exists()
        or (DOCS / "generated" / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run `make docs`: {stale}"


def test_nothing_generated_is_left_over():
    assert {path.name for path in (DOCS / "generated").iterdir()} == set(pages())


def test_every_setting_is_explained():
    read = {
        name for source in sources() for name in re.findall(r"""["'](NUANXIN_[A-Z0-9_]+)["']""", source.text)
    }
    told = set(re.findall(r"NUANXIN_[A-Z0-9_]+", (DOCS / "operations.md").read_text(encoding="utf-8")))
    assert not read - told, f"explain these in docs/operations.md: {sorted(read - told)}"
    assert (
        not told
        - read
        - {
            "NUANXIN_CHROMIUM",
            "NUANXIN_REQUIRE",
            "NUANXIN_HYPOTHESIS",
            "NUANXIN_LATER_RUN",
            "NUANXIN_TEST_DATABASES",
        }
    ), "these are gone"


@pytest.mark.parametrize("context", sorted(contexts()))
def test_every_context_says_what_it_is_for(context):
    assert (ROOT / "src" / "nuanxin" / context / "README.md").exists()


def test_links_between_pages_lead_somewhere():
    broken = []
    for page in (*ROOT.glob("*.md"), *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken, "\n".join(broken)
