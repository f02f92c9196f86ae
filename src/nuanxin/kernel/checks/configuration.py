"""Is this installation set up as it should be: database, settings, keys, calendar?"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.kernel.privacy import keys
from nuanxin.kernel.privacy.rotation import keys_in_use
from nuanxin.kernel.worktime.checks import check_calendar

OLDEST_POSTGRESQL = 15
SHORTEST_SECRET = 40
GENERATE = 'python -c "import secrets; print(secrets.token_urlsafe(50))"'


@check
def database(now: datetime) -> Iterable[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Finding(
            level=Level.ERROR,
            code="database-behind",
            message=_("有 %(n)d 个数据库迁移还没有执行，第一个是 %(first)s")
            % {"n": len(plan), "first": plan[0][0]},
            hint=_("请运行 nuanxin migrate。"),
        )
    if connection.vendor == "postgresql":
        version = connection.cursor().connection.info.server_version // 10_000
        if version < OLDEST_POSTGRESQL:
            yield Finding(
                level=Level.ERROR,
                code="database-old",
                message=_("PostgreSQL %(version)d 太旧，至少要 %(oldest)d")
                % {"version": version, "oldest": OLDEST_POSTGRESQL},
                hint=_("请升级 PostgreSQL。"),
            )
            return
        yield Finding(level=Level.OK, code="database", message=f"PostgreSQL {version}")
    else:
        yield Finding(level=Level.OK, code="database", message=_("SQLite：一台机器、一个区够用"))


@check
def configuration(now: datetime) -> Iterable[Finding]:
    """What is right on a developer's machine and wrong in a city."""
    if settings.DEMO:
        yield Finding(
            level=Level.OK,
            code="configuration",
            message=_("演示城市：谁都可以用任何身份进入，只在本机开放"),
        )
        return
    wrong = list(_production_faults())
    yield from wrong
    if not wrong:
        yield Finding(
            level=Level.OK, code="configuration", message=_("对外地址 %(url)s") % {"url": settings.BASE_URL}
        )


def _production_faults() -> Iterable[Finding]:
    if settings.DEBUG:
        yield Finding(
            level=Level.ERROR,
            code="debug-on",
            message=_("NUANXIN_DEBUG 开着：出错页会把程序内部显示给所有人"),
            hint=_("请去掉 NUANXIN_DEBUG。"),
        )
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Finding(
            level=Level.ERROR,
            code="secret-short",
            message=_("NUANXIN_SECRET_KEY 不足 %(n)d 个字符：登录状态可能被伪造") % {"n": SHORTEST_SECRET},
            hint=_("请生成一个：%(command)s") % {"command": GENERATE},
        )
    if not settings.SESSION_COOKIE_SECURE:
        yield Finding(
            level=Level.WARNING,
            code="https-off",
            message=_("NUANXIN_HTTPS 没有打开：Cookie 以明文传输"),
            hint=_("请在前面放一个终止 TLS 的代理，并设置 NUANXIN_HTTPS=1。"),
        )
    elif not settings.NUANXIN_TRUSTED_PROXIES:
        yield Finding(
            level=Level.WARNING,
            code="proxy-unknown",
            message=_("没有写明代理的地址：访客会被不停地转向 HTTPS，也分不清是谁在访问"),
            hint=_(
                "请把代理的地址写进 NUANXIN_TRUSTED_PROXIES，并让它传 X-Forwarded-For 和 X-Forwarded-Proto。"
            ),
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(
            level=Level.ERROR,
            code="hosts-any",
            message=_("NUANXIN_ALLOWED_HOSTS 允许任何主机名：发出的链接可能被引到别处"),
            hint=_("请写明对外的主机名。"),
        )
    if settings.SESSION_COOKIE_SECURE and not settings.BASE_URL.startswith("https://"):
        yield Finding(
            level=Level.WARNING,
            code="base-url-plain",
            message=_("NUANXIN_BASE_URL 不是 https：短信和通知里的链接先走明文"),
            hint=_("请把 NUANXIN_BASE_URL 改成 https:// 开头。"),
        )
    if not settings.NUANXIN_SECURITY_CONTACT:
        yield Finding(
            level=Level.WARNING,
            code="disclosure-missing",
            message=_("没有写明安全漏洞向谁报告"),
            hint=_("请设置 NUANXIN_SECURITY_CONTACT，例如 security@example.gov.cn。"),
        )
    if settings.NUANXIN_SMS_PROVIDER in {"none", "recorder"}:
        yield Finding(
            level=Level.WARNING,
            code="sms-off",
            message=_("短信通道是“%(name)s”：没有人能收到登录验证码")
            % {"name": settings.NUANXIN_SMS_PROVIDER},
            hint=_("请设置 NUANXIN_SMS_PROVIDER（见 docs/operations.md）。"),
        )


@check
def encryption_keys(now: datetime) -> Iterable[Finding]:
    try:
        ring = keys.key_ring()
        secret = keys.encrypt("暖新", "check")
        readable = keys.decrypt(secret, "check") == "暖新"
    except ImproperlyConfigured as error:
        yield Finding(
            level=Level.ERROR, code="keys-missing", message=str(error), hint=_("请设置 NUANXIN_KEYS。")
        )
        return
    if not readable:
        yield Finding(
            level=Level.ERROR,
            code="keys-broken",
            message=_("当前密钥加密的内容，它自己解不开"),
            hint=_("请停止写入，联系设置 NUANXIN_KEYS 和 NUANXIN_CRYPTO 的人。"),
        )
        return
    message = _("NUANXIN_KEYS 里有 %(n)d 把（%(crypto)s）；请与数据库分开另存一份") % {
        "n": len(ring),
        "crypto": settings.NUANXIN_CRYPTO,
    }
    yield Finding(level=Level.OK, code="keys", message=message)


@check
def keys_used(now: datetime) -> Iterable[Finding]:
    """Is everything under the first key, and may an older one go?"""
    try:
        ring = [key.id for key in keys.key_ring()]
    except ImproperlyConfigured:
        return  # said above
    uses = keys_in_use()
    used = {mark.split(".")[1] for mark in uses}
    lost = sorted(used - set(ring))
    if lost:
        yield Finding(
            level=Level.ERROR,
            code="keys-lost",
            message=_("有 %(n)d 处内容的密钥（%(keys)s）不在 NUANXIN_KEYS 里，读不出来")
            % {
                "n": sum(n for mark, n in uses.items() if mark.split(".")[1] in lost),
                "keys": ", ".join(lost),
            },
            hint=_("请从密钥备份里找回，放进 NUANXIN_KEYS 的后面。"),
        )
    older = sum(n for mark, n in uses.items() if f"{mark}." != keys.current_prefix())
    spare = [key for key in ring[1:] if key not in used]
    if older:
        yield Finding(
            level=Level.WARNING,
            code="keys-old",
            message=_("有 %(n)d 处内容还在用旧的密钥或算法") % {"n": older},
            hint=_("请运行 nuanxin rotate-keys；它可以在服务运行时进行，也可以中断。"),
        )
    elif spare:
        yield Finding(
            level=Level.WARNING,
            code="keys-spare",
            message=_("密钥 %(keys)s 已经没有内容在用") % {"keys": ", ".join(spare)},
            hint=_("请从 NUANXIN_KEYS 里去掉，和当时的备份放在一起保存。"),
        )


@check
def calendar(now: datetime) -> Iterable[Finding]:
    warnings = check_calendar(timezone.localdate(now))
    for words in warnings:
        yield Finding(
            level=Level.WARNING,
            code="calendar-provisional",
            message=words,
            hint=_(
                "在那之前，相关期限标为“暂定”。"
                "导入：nuanxin calendar holidays 文件 --source 通知标题，格式见 docs/operations.md。"
            ),
        )
    if not warnings:
        yield Finding(level=Level.OK, code="calendar", message=_("节假日和调休已导入"))
