"""The one door to the steps that another context does (`queries/outside.py` says when they are offered)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Case
from nuanxin.cases.queries.outside import OUTSIDE, Offers, register_outside
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict


class NoPlatform(Conflict):
    default_message = _("这里没有接通城市管理平台。")
    default_hint = _("请系统管理员在“对外接口”里设置。")


class OutsideStep(Protocol):
    def __call__(self, *, actor: Actor, case: Case, words: str, now: datetime) -> object: ...


_steps: dict[str, OutsideStep] = {}


def register_outside_steps(*, offers: Offers, steps: Mapping[str, OutsideStep]) -> None:
    """By the context that speaks with the platform, once its apps are ready."""
    unknown = set(steps) ^ set(OUTSIDE)
    if unknown:
        raise ValueError(f"these are the steps outside: {', '.join(OUTSIDE)}")
    _steps.update(steps)
    register_outside(offers)


def outside_step(name: str) -> Callable[..., Case]:
    """The service behind a button; it checks who may, and says why not. Raises `NoPlatform` where nobody answers."""

    def step(*, actor: Actor, case: Case, words: str, now: datetime) -> Case:
        if name not in _steps:
            raise NoPlatform
        _steps[name](actor=actor, case=case, words=words, now=now)
        return case

    return step
