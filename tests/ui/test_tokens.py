"""Text stands out from what it stands on, in light and in dark."""

import re
from pathlib import Path

import pytest

import nuanxin.ui

CSS = (Path(nuanxin.ui.__file__).parent / "static" / "ui" / "tokens.css").read_text()
PAIRS = [
    *[
        ("ink", ground)
        for ground in ("ground", "ground-deep", "surface", "surface-sunk", "brand-soft", "quiet-soft")
    ],
    *[
        ("ink-quiet", ground)
        for ground in ("ground", "ground-deep", "surface", "surface-sunk", "brand-soft", "quiet-soft")
    ],
    *[("brand-ink", ground) for ground in ("ground", "surface", "brand-soft")],
    *[
        (role, ground)
        for role in ("ok", "wait", "danger", "info")
        for ground in (f"{role}-soft", "surface", "ground")
    ],
    ("on-brand", "brand-fill"),
    ("on-brand", "brand-fill-press"),
    ("on-danger", "danger-fill"),
    ("on-ok", "ok-fill"),
]


def theme(selector: str) -> dict[str, str]:
    block = CSS[CSS.index(selector) :]
    return dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", block[: block.index("\n}")]))


LIGHT = theme(":root, .print__sheet")
DARK = {**LIGHT, **theme(':root[data-theme="dark"] {')}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(tokens, text, ground):
    assert contrast(tokens[text], tokens[ground]) >= 4.5


def test_both_darks_are_the_same():
    automatic = re.search(r':root\[data-theme="auto"\] \{(.*?)\n  \}', CSS, re.DOTALL)
    chosen = re.search(r':root\[data-theme="dark"\] \{(.*?)\n  \}', CSS, re.DOTALL)
    assert automatic[1].split() == chosen[1].split()
