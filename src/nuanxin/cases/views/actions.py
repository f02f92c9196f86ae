"""The buttons of a case: the legal moves in the order in which they are most likely wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.forms.every import FORMS
from nuanxin.cases.queries.detail import Move
from nuanxin.cases.queries.page import FRESH, CasePage

Text = str | Promise
MOST_IN_THE_BAR = 3

# The likeliest first; what a table of states cannot know is which of its legal moves people come for.
LIKELY = (
    "make_safe",
    "approve_shelving",
    "review_shelving",
    "end_shelving",
    "reply_supervision",
    "answer_call",
    "take_outside",
    "keep_outside",
    "conclude",
    "grant_extension",
    "look_again",
    "finish_stage",
    "transfer",
    "claim",
    "accept",
    "dispatch",
    "pass",
    "start",
    "submit_result",
    "self_handle",
    "call_in",
    "consult",
    "send_outside",
    "refuse_extension",
    "assists",
    "call_off",
    "request_extension",
    "kind_notice",
    "manage",
    "fail",
    "screen",
    "file",
    "verify",
    "merge",
    "split",
    "plan_repair",
    "penalise",
    "take_back",
    "return",
    "recategorise",
    "reject",
    "refuse_shelving",
    "request_shelving",
    "remind",
    "supervise",
    "appeal",
)
ICONS: Mapping[str, str] = {
    "make_safe": "shield-check",
    "claim": "hand-stop",
    "accept": "check",
    "dispatch": "send",
    "pass": "checks",
    "start": "player-play",
    "submit_result": "clipboard-check",
    "self_handle": "tool",
    "call_in": "speakerphone",
    "consult": "users-group",
    "answer_call": "user-check",
    "conclude": "gavel",
    "call_off": "x",
    "assists": "sitemap",
    "request_extension": "calendar-event",
    "grant_extension": "check",
    "refuse_extension": "x",
    "fail": "rotate",
    "screen": "eye",
    "file": "file-text",
    "verify": "eye",
    "return": "arrow-back-up",
    "reject": "ban",
    "recategorise": "category",
    "merge": "stack-2",
    "split": "copy",
    "reply_supervision": "message-circle",
    "request_shelving": "archive",
    "approve_shelving": "archive",
    "refuse_shelving": "x",
    "review_shelving": "calendar-event",
    "end_shelving": "player-play",
    "remind": "bell",
    "supervise": "flag",
    "accept_appeal": "check",
    "dismiss_appeal": "x",
    "opine_appeal": "message-circle",
    "uphold_appeal": "check",
    "reject_appeal": "x",
    "appeal": "scale",
    "transfer": "arrows-exchange",
    "send_outside": "arrows-exchange",
    "take_outside": "check",
    "keep_outside": "tool",
    "take_back": "arrow-back-up",
    "kind_notice": "heart-handshake",
    "look_again": "eye",
    "manage": "clipboard-list",
    "penalise": "gavel",
    "plan_repair": "list-check",
    "finish_stage": "checks",
}


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    label: Text
    icon: str
    url: str
    has_form: bool
    is_first: bool
    about: str = ""


@dataclass(frozen=True, slots=True)
class Actions:
    """What stands in the bar, and what is one tap further away."""

    bar: list[Action]
    more: list[Action]
    beside: Sequence[Action] = ()

    @property
    def any(self) -> bool:
        return bool(self.bar)


def actions_of(page: CasePage) -> Actions:
    """What is about one appeal stands beside that appeal."""
    moves = [move for move in page.moves if not move.about]
    beside = [_action(page, move, is_first=False) for move in page.moves if move.about]
    moves.sort(key=lambda move: LIKELY.index(move.transition.name))
    actions = [
        _action(page, move, is_first=not index and move.transition.tone != "plain")
        for index, move in enumerate(moves)
    ]
    return Actions(actions[:MOST_IN_THE_BAR], actions[MOST_IN_THE_BAR:], beside)


def _action(page: CasePage, move: Move, *, is_first: bool) -> Action:
    name = move.transition.name
    return Action(
        name=name,
        label=label_of(page, move),
        icon=ICONS[name],
        url=step_url(page.case.number, move),
        has_form=name in FORMS,
        is_first=is_first,
        about=move.about,
    )


def label_of(page: CasePage, move: Move) -> Text:
    if move.transition.name == "file" and page.destination:
        return _("立案并转交")
    if move.transition.name == "dispatch":
        return _("立案并派单") if page.case.state in FRESH else _("派单")
    return move.transition.label


def step_url(number: str, move: Move) -> str:
    address = reverse("cases:step", args=[number, move.transition.name])
    if move.about:
        return f"{address}?{urlencode({'about': move.about})}"
    return f"{address}?{urlencode({'task': move.task.pk})}" if move.task else address
