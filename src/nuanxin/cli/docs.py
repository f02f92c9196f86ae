"""`nuanxin docs`: the half of the documentation that the code knows better than anybody: docs/generated/."""

import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import click
from django.apps import apps
from django.utils import translation

from nuanxin.cases.queries.phrasings import Score, category_names, measure, read_held_out, read_phrasings
from nuanxin.cases.queries.suggestions import shipped_model
from nuanxin.cli import main
from nuanxin.insight.indicators import GROUPS, INDICATORS
from nuanxin.kernel.access import policy
from nuanxin.kernel.events import event_classes, subscribers
from nuanxin.kernel.scheduler import periodic_jobs
from nuanxin.kernel.workflow import Workflow

NOTE = "<!-- Written by `nuanxin docs`; a test fails when it is out of date. -->\n\n"


@click.command("docs")
@click.option(
    "--to",
    "folder",
    default=Path("docs/generated"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
)
def command(folder: Path) -> None:
    """Write workflow diagrams, the event catalogue, the jobs, the permissions and the commands from the code itself."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(f"{folder / name}")


def pages() -> dict[str, str]:
    """File name → Markdown, the same on every machine."""
    with translation.override("zh-hans"):  # labels appear as users see them
        return {
            "commands.md": NOTE + "".join(_commands()),
            "events.md": NOTE + "".join(_events()),
            "indicators.md": NOTE + "".join(_indicators()),
            "jobs.md": NOTE + "".join(_jobs()),
            "permissions.md": NOTE + "".join(_permissions()),
            "suggestions.md": NOTE + "".join(_suggestions()),
            "workflows.md": NOTE + "".join(_workflows()),
        }


def workflows() -> dict[str, Workflow]:
    """Every table of states and moves; private to their contexts, so looked up, not imported."""
    found: dict[str, Workflow] = {}
    for config in apps.get_app_configs():
        if not config.name.startswith("nuanxin.") or not (Path(config.path) / "workflow.py").exists():
            continue
        module = importlib.import_module(f"{config.name}.workflow")
        found |= {item.name: item for item in vars(module).values() if isinstance(item, Workflow)}
    return found


def _workflows() -> Iterator[str]:
    yield "# Workflows\n\nBoxes are states, arrows are what somebody (or the system) does.\n"
    for name, workflow in sorted(workflows().items()):
        yield f"\n## {name}\n\n```mermaid\n{workflow.to_mermaid()}```\n\n"
        yield "| State | 中文 |\n|---|---|\n"
        yield from (f"| `{value}` | {label} |\n" for value, label in workflow.states.choices)
        yield "\n| Move | 中文 | From | To | Permission | Must be filled in | Publishes |\n"
        yield "|---|---|---|---|---|---|---|\n"
        for move in workflow.transitions.values():
            sources = ", ".join(f"`{source}`" for source in move.sources)
            required = ", ".join(f"`{field}`" for field in move.required_fields)
            event = f"`{move.event}`" if move.event else ""
            yield (
                f"| `{move.name}` | {move.label} | {sources} | `{move.target}` "
                f"| `{move.permission}` | {required} | {event} |\n"
            )


def _events() -> Iterator[str]:
    yield "# Events\n\nWhat happened, for whoever is above. Fields are only ever added.\n"
    for name, cls in event_classes().items():
        yield f"\n## {name}\n\n"
        words = inspect.cleandoc(cls.__doc__ or "")
        if words and not words.startswith(f"{cls.__name__}("):  # a dataclass without one describes itself
            yield f"{words}\n\n"
        for field in dataclasses.fields(cls):
            kind = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
            yield f"- `{field.name}`: `{kind}`\n"
        heard = sorted(subscribers(name))
        yield f"\nHeard by: {', '.join(f'`{each}`' for each in heard) or 'nobody yet'}\n"


def _indicators() -> Iterator[str]:
    yield "# Indicators\n\nEvery figure, defined once in `insight/indicators.py`. No denominator is “—”, never 0 %.\n"
    for group, words in GROUPS.items():
        yield f"\n## {words}\n\n"
        yield "| 指标 | Identifier | Formula | Denominator rule | One row is | In a period by | Source | Minimum |\n"
        yield "|---|---|---|---|---|---|---|---|\n"
        for each in (each for each in INDICATORS if each.group == group):
            relation, tables = each.relation, ", ".join(f"`{table}`" for table in each.relation.tables)
            least = "`NUANXIN_SMALLEST_SAMPLE`" if each.needs_sample else ""
            yield (
                f"| {each.name} | `{each.identifier}` | {each.formula} | {each.denominator_rule} | {relation.words} "
                f"| {relation.instant} | {tables} | {least} |\n"
            )


def _jobs() -> Iterator[str]:
    yield "# Periodic jobs\n\nRun by the worker, each once for all processes.\n\n"
    yield "| Job | Every | What for |\n|---|---|---|\n"
    yield from (f"| `{job.name}` | {job.every} | {job.purpose} |\n" for job in periodic_jobs().values())


def _permissions() -> Iterator[str]:
    yield "# Permissions\n\nEach has one rule; which role holds which is reference data.\n\n"
    yield from (f"- `{permission}`\n" for permission in policy.permissions())


def _suggestions() -> Iterator[str]:
    """What the shipped weights do on the sentences that were held out."""
    model, names, learnt = shipped_model(), category_names(), read_phrasings()
    measured = measure(model, read_held_out())
    yield "# How often a suggestion is right\n\n"
    yield (
        f"{len(learnt):,} sentences were learnt from, {measured.total.asked} others, written apart, were asked about. "
        "Both were written by the same hand: on what people really write it will do worse. "
        "Staying silent counts as missed.\n\n"
    )
    yield "| Held-out sentences | How many | First | Among three | Spoke up |\n|---|---|---|---|---|\n"
    yield _score_row("All", measured.total)
    for manner, words in (("plain", "that name the thing"), ("indirect", "that go round it")):
        yield _score_row(words, measured.by_manner[manner])
    yield f"\nOf {measured.nothing} that fit no category it stayed silent on {measured.silent}.\n"
    yield "\n## The ten categories missed most\n\n"
    yield "| Category | How many | First | Among three | Spoke up |\n|---|---|---|---|---|\n"
    for code, score in measured.worst:
        yield _score_row(f"{code} {names[code]}", score)


def _score_row(label: str, score: Score) -> str:
    shares = [Score.share(part, score.asked) for part in (score.first, score.among_three, score.spoke)]
    return f"| {label} | {score.asked} | {' | '.join(shares)} |\n"


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    context = main.main.make_context("nuanxin", [], resilient_parsing=True)
    for name in main.COMMANDS:
        yield from _command(main.load(name), context)


def _command(found: click.Command | None, parent: click.Context) -> Iterator[str]:
    if found is None:
        return
    context = click.Context(found, info_name=found.name, parent=parent, max_content_width=100)
    yield f"\n## {context.command_path}\n\n```text\n{found.get_help(context).rstrip()}\n```\n"
    if isinstance(found, click.Group):
        for name in found.list_commands(context):
            yield from _command(found.get_command(context, name), context)
