"""import-linter enforces the contracts; here the contracts are held against the folders that there are."""

import tomllib

from django.apps import apps
from django.db.models import ForeignObject

from tests.architecture.source import PACKAGE, ROOT, contexts, folders

PRIVATE = ("forms", "subscribers", "views", "workflow")
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
STACK = [
    [name.strip(" ()") for name in layer.replace(":", "|").split("|")]
    for layer in CONTRACTS["stack"]["layers"]
]
HEIGHT = {name: len(STACK) - index for index, layer in enumerate(STACK) for name in layer}


def test_the_stack_lists_every_folder_and_no_other():
    assert set(HEIGHT) == folders()


def test_the_pages_say_the_same_stack():
    said = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    assert " → ".join(" | ".join(layer) for layer in STACK) in said
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert not [name for name in HEIGHT.keys() - {"config", "cli"} if f"| `{name}` |" not in table]


def test_the_layers_inside_are_demanded_of_every_context():
    assert set(CONTRACTS["context"]["containers"]) == {f"nuanxin.{name}" for name in contexts()}


def test_private_parts_are_protected_in_every_context():
    for name in contexts():
        exist = {
            f"nuanxin.{name}.{part}"
            for part in PRIVATE
            if (PACKAGE / name / f"{part}.py").exists() or (PACKAGE / name / part).is_dir()
        }
        protected = CONTRACTS.get(f"private-{name}", {})
        assert set(protected.get("protected_modules", [])) == exist, name
        if exist:
            assert protected["allowed_importers"] == [f"nuanxin.{name}"], name


def test_foreign_keys_between_contexts_point_down_and_leave_no_name_behind():
    """String references are invisible to import-linter, so the models themselves are asked."""
    wrong = []
    for model in apps.get_models():
        own = model._meta.app_config.name.removeprefix("nuanxin.")
        if own not in HEIGHT:
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignObject) or field.model is not model:
                continue
            other = field.related_model._meta.app_config.name.removeprefix("nuanxin.")
            if other == own or other not in HEIGHT:
                continue
            if HEIGHT[other] >= HEIGHT[own]:
                wrong.append(f"{field}: points up or sideways, to {other}")
            if not field.remote_field.hidden:
                wrong.append(f'{field}: give it related_name="+"')
    assert not wrong, "\n".join(wrong)
