"""State machines as tables: buttons, API, diagrams and tests all come from the same rows (`design.md` §5)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor, policy
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.plain_rows import change_row

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Transition:
    """One legal move.

    `permission` is `"system"` for a move that nobody presses. `required_fields` are names of the form's fields that
    may not be empty. `event` names the event class that the service publishes, for the catalogue and the diagram.
    `tone` is how the button looks: `primary`, `plain` or `danger`.
    """

    name: str
    label: Text
    sources: tuple[str, ...]
    target: str
    permission: str
    required_fields: tuple[str, ...] = ()
    event: str = ""
    tone: str = "primary"


class Workflow:
    """All moves of one model's state field, in the order in which its life goes."""

    def __init__(
        self, name: str, states: type[models.TextChoices], transitions: Iterable[Transition]
    ) -> None:
        self.name = name
        self.states = states
        self.transitions = {transition.name: transition for transition in transitions}
        unknown = {
            state
            for transition in self.transitions.values()
            for state in (*transition.sources, transition.target)
            if state and state not in states.values
        }
        if unknown:
            raise ValueError(f"{name}: unknown states {sorted(unknown)}")

    def __getitem__(self, name: str) -> Transition:
        return self.transitions[name]

    def from_state(self, state: str) -> list[Transition]:
        return [transition for transition in self.transitions.values() if state in transition.sources]

    def available(self, actor: Actor, instance: Any) -> list[Transition]:
        """What this actor may do with this object now, in table order; one query."""
        return self.among(instance.state, policy.held(actor, self.asked_in(instance.state), instance))

    def asked_in(self, state: str) -> set[str]:
        """The permissions that decide what may be done in this state."""
        return {move.permission for move in self.from_state(state)} - {"system"}

    def among(self, state: str, held: Collection[str]) -> list[Transition]:
        """What somebody who holds these permissions on the object may do in this state."""
        return [move for move in self.from_state(state) if move.permission in held]

    def step(self, instance: Any, name: str, **changes: Any) -> Transition:
        """Move the row: `UPDATE … WHERE state = old`, so that of two who press at once one gets `Conflict`.

        `changes` are further columns written in the same statement. The instance is brought up to date.
        """
        transition = self.transitions[name]
        old = instance.state
        if old not in transition.sources:
            raise IllegalMove(self.states(old).label, transition.label)
        if not change_row(instance, only_if={"state": old}, to={"state": transition.target, **changes}):
            raise Conflict
        instance.state = transition.target
        for field, value in changes.items():
            setattr(instance, field, value)
        return transition

    def to_mermaid(self) -> str:
        lines = ["stateDiagram-v2", "    direction LR"]
        for transition in self.transitions.values():
            for source in transition.sources:
                lines.append(f"    {source or '[*]'} --> {transition.target}: {transition.name}")
        return "\n".join(lines) + "\n"


class IllegalMove(Conflict):
    """The object is in another state than the action needs, usually because somebody was faster."""

    def __init__(self, state: Text, action: Text) -> None:
        super().__init__(
            _("现在是“%(state)s”，不能“%(action)s”。") % {"state": state, "action": action},
            code="illegal_move",
        )


__all__ = ["SYSTEM", "IllegalMove", "Transition", "Workflow"]
