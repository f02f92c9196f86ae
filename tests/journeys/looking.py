"""How a page looks at one size: whether it fits, whether words are cut off, what axe says."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

from tests.browser import SIZES

SERIOUS = {"serious", "critical"}
RULES = {
    "resultTypes": ["violations"],
    "preload": False,
    "selectors": False,  # a violation is shown with the words of its element
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
}
# Of a long list the first rows stand for all: the others are made by the same lines of a template.
REPEATED = "tbody > tr:nth-child(n+5), ol > li:nth-child(n+7), ul > li:nth-child(n+7)"
# One question for all that a size shows: how wide the page is and what sticks out of it where it is too wide; short
# texts that end in the middle of a word, without so much as an ellipsis; what axe finds, where it is asked. Of axe's
# rules those are left out that can only ever be of minor or moderate impact: nobody asks for their answers.
LOOK = """async ({ axed, within, repeated, rules }) => {
  const seen = { tooWide: [], cutWords: [], violations: [] };
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    const clipped = (node) => {
      for (let up = node.parentElement; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    };
    const told = [...document.body.querySelectorAll("*")]
      .filter((node) => node.getBoundingClientRect().right > width + 1 && !clipped(node))
      .map((node) => node.outerHTML.slice(0, 120));
    seen.tooWide = [`${document.documentElement.scrollWidth} > ${width}`, ...told.slice(0, 4)];
  }
  const isCut = (node) => {
    const style = getComputedStyle(node);
    return node.scrollWidth > node.clientWidth + 1 && style.overflowX === "hidden" && style.textOverflow !== "ellipsis";
  };
  seen.cutWords = [...document.querySelectorAll("h1, .button, .tab, .badge")]
    .filter((node) => node.offsetParent && !node.closest(".visually-hidden") && isCut(node))
    .map((node) => node.outerHTML.slice(0, 120));
  if (axed) {
    const part = (within && document.querySelector(within)) || document;
    const more = [...part.querySelectorAll(repeated)];
    const slight = axe._audit.rules.filter((rule) => ["minor", "moderate"].includes(rule.impact));
    const off = Object.fromEntries(slight.map((rule) => [rule.id, { enabled: false }]));
    seen.violations = (await axe.run({ include: [part], exclude: more }, { ...rules, rules: off })).violations;
  }
  return seen;
}"""


@dataclass
class Look:
    """What one size showed."""

    too_wide: list[str]
    cut_words: list[str]
    violations: list[str]


def looks_at_both_sizes(page: Page, *, hand: str = "phone", within: str = "") -> dict[str, Look]:
    """Whether it fits is asked at both sizes; axe, which costs most, reads the page at the size it is worked with.

    `within` is a selector of the part that axe reads, if the page has such a part; else it reads the whole page.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(axe())
    looks = {}
    for size, viewport in SIZES.items():
        if page.viewport_size != viewport:
            page.set_viewport_size(viewport)
        given = {"axed": size == hand, "within": within, "repeated": REPEATED, "rules": RULES}
        seen = page.evaluate(LOOK, given)
        looks[size] = Look(
            too_wide=seen["tooWide"], cut_words=seen["cutWords"], violations=_serious(seen["violations"])
        )
    return looks


@functools.cache
def axe() -> str:
    return AXE_FILE_PATH.read_text(encoding="utf-8")


def assert_in_order(page: Page) -> None:
    """For pages that only a journey reaches: they fit, and axe finds nothing serious."""
    before = page.viewport_size
    for size, seen in looks_at_both_sizes(page).items():
        assert not seen.too_wide, (page.url, size, seen.too_wide)
        assert not seen.cut_words, (page.url, size, seen.cut_words)
        assert not seen.violations, (page.url, size, seen.violations)
    if before:
        page.set_viewport_size(before)


def _serious(violations: list[dict[str, Any]]) -> list[str]:
    """Each serious violation with the first places at which it occurs."""
    return [
        f"{found['id']} ({found['impact']}): " + " | ".join(node["html"][:160] for node in found["nodes"][:3])
        for found in violations
        if found["impact"] in SERIOUS
    ]
