"""What is installed is exactly what was looked at, from whichever registry a machine is set up for."""

import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT

LOCKS = sorted((ROOT / "requirements").glob("py3*.txt"))
MODELS = ROOT / "requirements" / "models.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(text):
    """Name → (version, number of hashes)."""
    blocks = re.split(r"\n(?=\S)", text.strip())
    found = {}
    for block in blocks:
        name, _, version = block.split()[0].partition("==")
        found[canonicalize_name(name.split("[")[0])] = (version, block.count("--hash=sha256:"))
    return found


@pytest.mark.parametrize("lock", [*LOCKS, MODELS], ids=lambda path: path.stem)
def test_everything_is_pinned_and_hashed(lock):
    loose = {name for name, (version, hashes) in pins(lock.read_text()).items() if not version or not hashes}
    assert not loose


@pytest.mark.parametrize("lock", [*LOCKS, MODELS], ids=lambda path: path.stem)
def test_no_registry_is_named(lock):
    assert not re.search(r"://|--(extra-)?index-url|--find-links", lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_the_lock_satisfies_the_project(lock):
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["pictures"]]
    if lock.stem.endswith("-test"):
        wanted += PROJECT["optional-dependencies"]["test"]
    locked = pins(lock.read_text())
    wrong = [
        text
        for text, requirement in ((text, Requirement(text)) for text in wanted)
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), ("0", 0))[0])
    ]
    assert not wrong, f"run `make lock`: {wrong}"


def test_tests_run_on_what_production_runs_on():
    for lock in LOCKS:
        if lock.stem.endswith("-test"):
            plain = pins(lock.with_stem(lock.stem.removesuffix("-test")).read_text())
            assert plain.items() <= pins(lock.read_text()).items()


def test_what_tests_need_from_npm_is_pinned_hashed_and_from_no_named_registry():
    packages = json.loads((ROOT / "tests" / "node" / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_the_models_are_what_their_list_asks_for_and_nothing_else():
    """Two packages for the files in them; what they depend on stays out (docs/pictures.md)."""
    asked = [
        Requirement(line) for line in MODELS.with_suffix(".in").read_text().splitlines() if line[0] != "#"
    ]
    locked = pins(MODELS.read_text())
    assert {canonicalize_name(each.name) for each in asked} == set(locked)
    assert all(each.specifier.contains(locked[canonicalize_name(each.name)][0]) for each in asked)
