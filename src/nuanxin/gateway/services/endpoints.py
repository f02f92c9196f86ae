"""Who hears of what: endpoints registered, changed, paused, given a new secret, removed, by the administrator."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.gateway.enums import EndpointState, PauseCause, Sending
from nuanxin.gateway.models import WebhookEndpoint, WebhookMessage
from nuanxin.gateway.queries.webhooks import LISTENERS, EndpointNotFound, LogFilters, messages_of
from nuanxin.gateway.webhooks.catalogue import PUBLISHED, TEST, trial_body
from nuanxin.gateway.workflow import ENDPOINT
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.channels.outside import target_of
from nuanxin.kernel.channels.signing import new_secret
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.words import seen
from nuanxin.territories.queries import is_territory

BOTH_FOR = timedelta(hours=24)
EXPORT_MOST = 5000


class WrongEndpoint(Invalid):
    default_message = _("这个推送地址还不能保存。")


class TestUnderWay(Conflict):
    default_message = _("上一条测试消息还没有发完。")
    default_hint = _("请过几秒看推送记录。")


class StillWaiting(Conflict):
    default_message = _("这一条还在等待发送，不用再发。")
    default_hint = _("推送暂停了的，先恢复推送。")


def register_endpoint(
    *, actor: Actor, name: str, url: str, scope_code: str, event_types: Iterable[str], now: datetime
) -> tuple[WebhookEndpoint, str]:
    """The endpoint and its secret, which is not shown again. Audited. Raises `WrongEndpoint`, `AddressRefused`."""
    types = _checked(name, url, scope_code, event_types)
    secret = new_secret()
    with transaction.atomic():
        row = WebhookEndpoint.objects.create(
            name=seen(name),
            url=url.strip(),
            scope_code=scope_code,
            event_types=types,
            secret=secret,
            created_by_id=actor.assignment_id,
            created_at=now,
            changed_at=now,
        )
        _changed(actor, row, "register", {"types": types, "scope": scope_code}, now=now)
    return row, secret


def change_endpoint(
    *,
    actor: Actor,
    endpoint: WebhookEndpoint,
    name: str,
    url: str,
    scope_code: str,
    event_types: Iterable[str],
    now: datetime,
) -> None:
    """What it hears from now on, and where. Audited. Raises `WrongEndpoint`, `AddressRefused`."""
    types = _checked(name, url, scope_code, event_types)
    with transaction.atomic():
        _locked(actor, endpoint)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
            name=seen(name), url=url.strip(), scope_code=scope_code, event_types=types, changed_at=now
        )
        moved = url.strip() != endpoint.url
        _changed(actor, endpoint, "change", {"types": types, "scope": scope_code, "moved": moved}, now=now)


def pause_endpoint(*, actor: Actor, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Nothing is sent until it is resumed; what happens meanwhile waits. Audited."""
    with transaction.atomic():
        row = _locked(actor, endpoint)
        ENDPOINT.step(row, "pause", pause_cause=PauseCause.HAND, changed_at=now)
        _changed(actor, row, "pause", {}, now=now)


def resume_endpoint(*, actor: Actor, endpoint: WebhookEndpoint, now: datetime) -> None:
    """What has waited is sent, the oldest first, with three days anew. Audited."""
    with transaction.atomic():
        row = _locked(actor, endpoint)
        ENDPOINT.step(row, "resume", pause_cause="", failing_since=None, changed_at=now)
        tried = WebhookMessage.objects.filter(endpoint=row, state=Sending.WAITING, attempts__gt=0)
        tried.update(next_try_at=now, first_try_at=None)
        _changed(actor, row, "resume", {}, now=now)


def remove_endpoint(*, actor: Actor, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Its secrets are gone at once, its log after the time that logs are kept. Audited."""
    with transaction.atomic():
        row = _locked(actor, endpoint)
        ENDPOINT.step(
            row, "remove", secret="", old_secret="", old_secret_until=None, event_types=[], changed_at=now
        )
        waiting = WebhookMessage.objects.filter(endpoint=row, state=Sending.WAITING)
        waiting.update(state=Sending.FAILED, next_try_at=None, last_error="removed")
        _changed(actor, row, "remove", {}, now=now)


def rotate_secret(*, actor: Actor, endpoint: WebhookEndpoint, now: datetime) -> str:
    """A new secret, shown once; for a day each message is signed with the old one as well. Audited."""
    secret = new_secret()
    with transaction.atomic():
        row = _locked(actor, endpoint)
        WebhookEndpoint.objects.filter(pk=row.pk).update(
            secret=secret, old_secret=row.secret, old_secret_until=now + BOTH_FOR, changed_at=now
        )
        _changed(actor, row, "rotate", {}, now=now)
    return secret


def send_trial(*, actor: Actor, endpoint: WebhookEndpoint, now: datetime) -> WebhookMessage:
    """A test message, tried once, also while the endpoint is paused. Audited. Raises `TestUnderWay`."""
    with transaction.atomic():
        row = _locked(actor, endpoint)
        waiting = WebhookMessage.objects.filter(endpoint=row, event_type=TEST, state=Sending.WAITING)
        if waiting.exists():
            raise TestUnderWay
        message = WebhookMessage.objects.create(
            endpoint=row,
            event_type=TEST,
            body=orjson.dumps(trial_body(now)).decode(),
            created_at=now,
            next_try_at=now,
        )
        _audit(actor, row, "test", {"message": message.message_id}, now=now)
    return message


def send_again(*, actor: Actor, endpoint: WebhookEndpoint, message: WebhookMessage, now: datetime) -> None:
    """The same message with the same id; a consumer that has it already drops it. Audited. Raises `StillWaiting`."""
    with transaction.atomic():
        row = _locked(actor, endpoint)
        again = WebhookMessage.objects.filter(pk=message.pk, endpoint=row).exclude(state=Sending.WAITING)
        if not again.update(state=Sending.WAITING, next_try_at=now, first_try_at=None, done_at=None):
            raise StillWaiting
        _audit(actor, row, "again", {"message": message.message_id}, now=now)


def send_failed_again(*, actor: Actor, endpoint: WebhookEndpoint, now: datetime) -> int:
    """All that was given up, test messages apart; returns how many. Audited."""
    with transaction.atomic():
        row = _locked(actor, endpoint)
        failed = WebhookMessage.objects.filter(endpoint=row, state=Sending.FAILED).exclude(event_type=TEST)
        count = failed.update(state=Sending.WAITING, next_try_at=now, first_try_at=None)
        _audit(actor, row, "again", {"count": count}, now=now)
    return count


def export_log(
    *, actor: Actor, endpoint: WebhookEndpoint, filters: LogFilters, now: datetime
) -> Iterator[list[str]]:
    """The log as text, the latest `EXPORT_MOST` rows. Audited."""
    with transaction.atomic():
        _locked(actor, endpoint)
        narrowed = {name: str(value) for name, value in asdict(filters).items() if value}
        _audit(actor, endpoint, "export", {"filters": narrowed}, now=now)
    return _lines(endpoint, filters)


def _lines(endpoint: WebhookEndpoint, filters: LogFilters) -> Iterator[list[str]]:
    headings = (
        _("消息号"), _("事件"), _("案卷号"), _("状态"), _("次数"), _("对方应答"), _("原因"),
        _("产生时间"), _("送达时间"),
    )  # fmt: skip
    yield [str(heading) for heading in headings]
    for row in messages_of(endpoint, filters)[:EXPORT_MOST].iterator(chunk_size=500):
        yield [
            row.message_id,
            row.event_type,
            row.topic,
            str(Sending(row.state).label),
            str(row.attempts),
            str(row.last_status or ""),
            row.last_error,
            _when(row.created_at),
            _when(row.done_at),
        ]


def _when(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""


def _checked(name: str, url: str, scope_code: str, event_types: Iterable[str]) -> list[str]:
    chosen = set(event_types)
    types = [each for each in PUBLISHED if each in chosen]
    if not seen(name):
        raise WrongEndpoint(fields={"name": _("请写一个名称，例如“城市大脑”。")})
    if not types or len(types) < len(chosen):
        raise WrongEndpoint(fields={"event_types": _("请至少选一种事件。")})
    if not is_territory(scope_code):
        raise WrongEndpoint(fields={"scope_code": _("请选择区划。")})
    target_of(url)
    return types


def _locked(actor: Actor, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.select_for_update(of=("self",)).exclude(state=EndpointState.REMOVED)
    row = rows.filter(policy.rule("gateway.webhooks", actor), pk=endpoint.pk).first()
    if row is None:
        raise EndpointNotFound
    return row


def _changed(
    actor: Actor, row: WebhookEndpoint, action: str, detail: dict[str, object], *, now: datetime
) -> None:
    LISTENERS.changed()
    _audit(actor, row, action, detail, now=now)


def _audit(
    actor: Actor, row: WebhookEndpoint, action: str, detail: dict[str, object], *, now: datetime
) -> None:
    audit.record(
        actor=actor,
        action=f"gateway.webhook_{action}",
        object_type="gateway.webhook",
        object_id=row.public_id,
        scope_code=row.scope_code,
        detail=detail,
        now=now,
    )
