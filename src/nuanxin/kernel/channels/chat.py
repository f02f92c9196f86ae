"""An organisation's robot in its group chat (WeCom, DingTalk, Feishu), by apprise.

The address is the webhook that the chat shows when a robot is added; private installations have hosts of their own and
the same paths. Only hosts of `NUANXIN_CHAT_HOSTS` are reached, without redirects. The address is a secret: who has it
may write into the group, so it is in no log, no receipt and no error.
"""

import re
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.channels.models import Channel, RecordedMessage
from nuanxin.kernel.channels.refusals import LOOPBACK, TIMEOUT_S, NotSent
from nuanxin.kernel.errors import Invalid

WECOM, DINGTALK, FEISHU = "wecom", "dingtalk", "feishu"
PATHS = {
    WECOM: re.compile(r"/cgi-bin/webhook/send/?"),
    DINGTALK: re.compile(r"/robot/send/?"),
    FEISHU: re.compile(r"/open-apis/bot/v2/hook/(?P<token>[A-Za-z0-9_-]{8,80})/?"),
}
LABELS: dict[str, str | Promise] = {WECOM: _("企业微信"), DINGTALK: _("钉钉"), FEISHU: _("飞书")}
SECRET = re.compile(r"[A-Za-z0-9_-]{8,120}")
_answers: ContextVar[list[Any]] = ContextVar("answers")


class InvalidRobot(Invalid):
    default_message = _("这个机器人地址用不了。")
    default_hint = _("请在企业微信、钉钉或飞书的群里添加机器人，把它给的 Webhook 地址整个复制过来。")


@dataclass(frozen=True, slots=True)
class Robot:
    """A checked address. `sign` is DingTalk's signing secret, if the group asks for one."""

    kind: str
    url: str
    token: str
    sign: str = ""

    @property
    def tail(self) -> str:
        """What tells two robots apart without giving either away."""
        return f"…{self.token[-4:]}"


@dataclass(frozen=True, slots=True)
class Chat:
    robot: Robot
    text: str


class ChatProvider(Protocol):
    def __call__(self, message: Chat, *, now: datetime) -> str: ...


def robot_at(address: str) -> Robot:
    """Recognise the kind by the path. Raises `InvalidRobot`, with the reason."""
    parts = urlsplit(address.strip())
    if not _may_be_reached(parts.scheme, parts.hostname or "", parts.netloc.lower()):
        hosts = "、".join(settings.NUANXIN_CHAT_HOSTS)
        raise InvalidRobot(
            fields={
                "address": _("只能是这些地址：%(hosts)s，并且以 https 开头。别的要由系统管理员加。")
                % {"hosts": hosts}
            }
        )
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    for kind, path in PATHS.items():
        if match := path.fullmatch(parts.path):
            token = asked.get("key") or asked.get("access_token") or match.groupdict().get("token") or ""
            sign = asked.get("secret", "")
            if SECRET.fullmatch(token) and (not sign or SECRET.fullmatch(sign)):
                base = f"{parts.scheme}://{parts.netloc}{parts.path}"
                return Robot(kind, base, token, sign)
    raise InvalidRobot(fields={"address": InvalidRobot.default_hint})


def _may_be_reached(scheme: str, host: str, netloc: str) -> bool:
    """No other port and no name and password, unless the whole of it is in the list."""
    if netloc not in {each.lower() for each in settings.NUANXIN_CHAT_HOSTS}:
        return False
    return scheme == "https" or (scheme == "http" and host in LOOPBACK)


def record_chat(message: Chat, *, now: datetime) -> str:
    row = RecordedMessage.objects.create(
        channel=Channel.CHAT,
        to=message.robot.token,
        to_masked=f"{message.robot.kind} {message.robot.tail}",
        title=str(LABELS[message.robot.kind]),
        text=message.text,
        at=now,
    )
    return f"recorded-{row.pk}"


def send_apprise(message: Chat, *, now: datetime) -> str:
    """Apprise takes every HTTP 200 for a yes; these robots answer 200 with a number of their own, so that is read."""
    plugin = _plugin(message.robot)
    answers: list[Any] = []
    held = _answers.set(answers)
    try:
        sent = plugin.notify(body=message.text, title="")
    finally:
        _answers.reset(held)
    if not answers:
        raise NotSent("not reached")
    if not sent:
        raise NotSent(f"HTTP {answers[-1].status_code}")
    try:
        told = answers[-1].json()
        code = told.get("errcode", told.get("code", 0))
    except (ValueError, AttributeError):
        raise NotSent("not understood") from None
    if code:
        raise NotSent(f"refused with {str(code)[:12]}")
    return ""


def _plugin(robot: Robot) -> Any:
    """Apprise's sender for this robot, bound to the very host that was allowed."""
    import requests  # apprise and requests are only loaded where a chat message is really sent
    from apprise import AppriseAsset  # as above
    from apprise.plugins import dingtalk, feishu, wecombot  # as above

    def post(*args: Any, **kwargs: Any) -> Any:
        answer = requests.post(*args, **kwargs)  # noqa: S113  -- apprise gives the timeout
        _answers.get().append(answer)
        return answer

    listening = SimpleNamespace(post=post, codes=requests.codes, RequestException=requests.RequestException)
    asset = AppriseAsset(app_id="Nuanxin", http_redirects=False, async_mode=False)
    given = {"asset": asset, "cto": TIMEOUT_S, "rto": TIMEOUT_S, "redirect": False, "overflow": "truncate"}
    for module in (dingtalk, feishu, wecombot):
        vars(module)["requests"] = listening
    plugin: Any
    if robot.kind == WECOM:
        make: Any = wecombot.NotifyWeComBot
        plugin = make(key=robot.token, **given)
        plugin.api_url = f"{robot.url}?key={robot.token}"
    elif robot.kind == DINGTALK:
        make = dingtalk.NotifyDingTalk
        plugin = make(token=robot.token, secret=robot.sign or None, **given)
        plugin.notify_url = f"{robot.url}?access_token={{token}}"
        signed = plugin.get_signature
        plugin.get_signature = lambda: tuple(map(unquote, signed()))  # else it would be encoded twice
    else:
        make = feishu.NotifyFeishu
        plugin = make(token=robot.token, **given)
        plugin.notify_url = robot.url
    plugin.request_rate_per_sec = 0  # no sleeping inside a delivery; the outbox spaces retries
    return plugin
