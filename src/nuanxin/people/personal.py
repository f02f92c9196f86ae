"""The personal tables of this context, for export and erasure (`domain.md` §8)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.privacy.register import (
    Subject,
    columns,
    deletes,
    exempt,
    register,
    stays,
)
from nuanxin.kernel.privacy.rotation import Elsewhere, also_encrypted
from nuanxin.kernel.privacy.wording import choice, name_columns
from nuanxin.kernel.retention import expired, retain
from nuanxin.people import models, queries
from nuanxin.people.enums import Channel, CodePurpose, DeclaredAs, Language, SignInMethod, WorkerType
from nuanxin.people.queries.devices import KEPT as DEVICE_DAYS
from nuanxin.people.queries.responsible import name_of_role
from nuanxin.people.services import erasure, renew_secret
from nuanxin.territories.queries import path_name

UNTIL_ERASED = _("到您注销为止")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _export_jobs(subject: Subject) -> Iterable[Mapping[str, Any]]:
    jobs = models.WorkerJob.objects.filter(profile__person_id=subject.person_id or 0).select_related(
        "platform"
    )
    return [
        {"worker_type": job.worker_type, "platform": job.platform.name if job.platform else ""}
        for job in jobs
    ]


register(
    models.Person,
    purpose=_("登录，称呼您，把处理结果告诉您"),
    fields={
        "name": "S2",
        "nickname": "S1",
        "phone": "S2",
        "phone_index": "S2",
        "login_name": "S2",
        "language": "S1",
    },
    retention=UNTIL_ERASED,
    erase=erasure.erase_person,
    export=columns(
        models.Person,
        "id",
        "public_id",
        "name",
        "nickname",
        "phone",
        "login_name",
        "language",
        "registered_at",
    ),
)
register(
    models.Subject,
    purpose=_("让记录和您对得上，又不写出您是谁"),
    fields={"person": "S1"},
    retention=_("编号长期保留，和您的对应关系到您注销为止"),
    erase=erasure.erase_subject,
    export=columns(models.Subject, "person_id", "id"),
)
register(
    models.WorkerProfile,
    purpose=_("找到为您兜底的社区和行业归口单位"),
    fields={"scope_code": "S2", "declared_as": "S2"},
    retention=UNTIL_ERASED,
    erase=deletes(models.WorkerProfile, "person_id"),
    export=columns(models.WorkerProfile, "person_id", "scope_code", "declared_as", "declared_at"),
)
register(
    models.WorkerJob,
    purpose=_("找到为您兜底的社区和行业归口单位"),
    fields={"worker_type": "S2", "platform": "S2"},
    retention=UNTIL_ERASED,
    erase=erasure.erase_jobs,
    export=_export_jobs,
)
register(
    models.Assignment,
    purpose=_("谁在什么时候以什么身份办事，要能查得到"),
    fields={"role": "S1", "scope_code": "S1", "reason": "S1"},
    retention=_("长期保留；注销后不再写着是谁"),
    erase=stays(models.Assignment, "person_id", _("任职记录说明当时由什么岗位办理，姓名和手机号已经去掉")),
    export=columns(
        models.Assignment,
        "person_id",
        "role_id",
        "scope_code",
        "organisation__name",
        "site__name",
        "active_from",
        "active_to",
        "reason",
    ),
)
register(
    models.Consent,
    purpose=_("证明您同意过什么、什么时候撤回的"),
    fields={"purpose": "S1", "given_at": "S1", "withdrawn_at": "S1"},
    retention=UNTIL_ERASED,
    erase=deletes(models.Consent, "person_id"),
    export=columns(
        models.Consent,
        "person_id",
        "purpose_id",
        "version",
        "text_hash",
        "given_at",
        "channel",
        "withdrawn_at",
    ),
)
register(
    models.OneTimeCode,
    purpose=_("核对手机号是您的"),
    fields={"phone": "S2", "phone_index": "S2", "code_hash": "S2", "client_hash": "S2"},
    retention=_("一天"),
    erase=deletes(models.OneTimeCode, "person_id"),
    export=columns(models.OneTimeCode, "person_id", "purpose", "created_at", "used_at"),
)
register(
    models.RecoveryCode,
    purpose=_("手机号丢了也能找回账号"),
    fields={"code_hash": "S2"},
    retention=UNTIL_ERASED,
    erase=deletes(models.RecoveryCode, "person_id"),
    export=columns(models.RecoveryCode, "person_id", "created_at"),
)
register(
    models.SignIn,
    purpose=_("让您认出并退出别的设备"),
    fields={"device": "S1", "session_key": "S2"},
    retention=_("半年"),
    erase=deletes(models.SignIn, "person_id"),
    export=columns(models.SignIn, "person_id", "method", "device", "started_at", "ended_at"),
)
register(
    models.DeviceMark,
    purpose=_("防止一台手机用很多账号领积分：只数有几个账号，谁也看不到是哪几个"),
    fields={"digest": "S2", "seen_on": "S1"},
    retention=_("最近一次登录后 90 天"),
    erase=deletes(models.DeviceMark, "person_id"),
    export=columns(models.DeviceMark, "person_id", "seen_on"),
)
register(
    models.ApiToken,
    purpose=_("您自己的程序用您的身份办事"),
    fields={"name": "S1", "token_hash": "S2"},
    retention=_("到期或您停用后 90 天"),
    erase=deletes(models.ApiToken, "person_id"),
    export=columns(
        models.ApiToken, "person_id", "name", "created_at", "expires_at", "last_used_at", "revoked_at"
    ),
)
register(
    models.Invitation,
    purpose=_("请您担任一个岗位"),
    fields={"name": "S2"},
    retention=_("没人接受的过期后 30 天，接受了的 1 年"),
    erase=erasure.erase_invitations,
    export=columns(models.Invitation, "accepted_by_id", "name", "role_id", "created_at", "accepted_at"),
)
register(
    Authenticator,
    purpose=_("工作账号的动态码"),
    fields={"data": "S2"},
    retention=UNTIL_ERASED,
    erase=deletes(Authenticator, "user_id"),
    export=columns(Authenticator, "user_id", "type", "created_at", "last_used_at"),
)
register(
    EmailAddress,
    purpose=_("不使用，留空"),
    fields={"email": "S2"},
    retention=UNTIL_ERASED,
    erase=deletes(EmailAddress, "user_id"),
    export=columns(EmailAddress, "user_id", "email"),
)
exempt("people.Organisation", reason="the public duty number of an office or a company")
exempt("account.EmailConfirmation", reason="not used; goes with its address")
exempt(
    "axes.AccessAttempt", reason="failed sign-ins by login name, kept for the lock of a quarter of an hour"
)
exempt("axes.AccessAttemptExpiration", reason="as axes.AccessAttempt")
exempt("axes.AccessFailureLog", reason="switched off")
exempt("axes.AccessLog", reason="switched off")
retain(
    models.OneTimeCode,
    purpose=_("登录和换号的验证码"),
    keeps=_("一天"),
    of=expired(models.OneTimeCode, "created_at", DAY),
    every=HOUR,
)
retain(
    AccessAttempt,
    purpose=_("输错密码的记录（含网络地址）"),
    keeps=_("一天"),
    of=expired(AccessAttempt, "attempt_time", DAY),
    every=HOUR,
)
retain(
    models.SignIn,
    purpose=_("登录记录"),
    keeps=_("半年"),
    of=expired(models.SignIn, "started_at", timedelta(days=183)),
)
retain(
    models.DeviceMark,
    purpose=_("登录过的手机的随机记号（只存摘要）"),
    keeps=_("最近一次登录后 90 天"),
    of=expired(models.DeviceMark, "seen_on", timedelta(days=DEVICE_DAYS)),
)
retain(
    Session,
    purpose=_("登录状态"),
    keeps=_("到期为止"),
    of=expired(Session, "expire_date", timedelta(0)),
)
retain(
    models.ApiToken,
    purpose=_("接口密钥（只存摘要）"),
    keeps=_("到期或停用后 90 天"),
    of=expired(models.ApiToken, "expires_at", timedelta(days=90)),
)
retain(
    models.ApiToken,
    part="revoked",
    purpose=_("停用了的接口密钥"),
    keeps=_("停用后 90 天"),
    of=expired(models.ApiToken, "revoked_at", timedelta(days=90)),
)
retain(
    models.Invitation,
    purpose=_("没人接受的岗位邀请"),
    keeps=_("过期后 30 天"),
    of=expired(models.Invitation, "expires_at", timedelta(days=30), where=Q(accepted_at=None)),
)
retain(
    models.Invitation,
    part="accepted",
    purpose=_("接受了的岗位邀请"),
    keeps=_("接受后 1 年"),
    of=expired(models.Invitation, "accepted_at", timedelta(days=365)),
)


def _renew_second_factor(factor_id: int) -> None:
    renew_secret(factor_id=factor_id)


also_encrypted(
    Elsewhere(
        name="mfa.Authenticator",
        held=queries.second_factor_secrets,
        renew=_renew_second_factor,
    )
)


def _place(code: str) -> str:
    return path_name(code) or code


def _purpose_title(code: str) -> str:
    found = {each.code: each for each in queries.consent_purposes()}.get(code)
    if found is None:
        return code
    return found.title_en if (get_language() or "").startswith("en") else found.title


name_columns(
    {
        "id": _("内部编号"),
        "public_id": _("对外编号"),
        "nickname": _("昵称"),
        "phone": _("手机号"),
        "login_name": _("登录名"),
        "language": (_("语言"), choice(Language)),
        "registered_at": _("注册时间"),
        "scope_code": (_("地方"), _place),
        "declared_as": (_("与社区的关系"), choice(DeclaredAs)),
        "declared_at": _("填写时间"),
        "worker_type": (_("从业类型"), choice(WorkerType)),
        "platform": _("平台"),
        "role": (_("身份"), name_of_role),
        "role_id": (_("身份"), name_of_role),
        "organisation__name": _("单位"),
        "site__name": _("场所"),
        "active_from": _("从"),
        "active_to": _("到"),
        "reason": _("事由"),
        "purpose_id": (_("同意什么"), _purpose_title),
        "version": _("第几版"),
        "text_hash": _("当时文字的摘要"),
        "given_at": _("同意时间"),
        "channel": (_("在哪里同意"), choice(Channel)),
        "withdrawn_at": _("停止时间"),
        "used_at": _("用掉时间"),
        "method": (_("登录方式"), choice(SignInMethod)),
        "device": _("设备"),
        "seen_on": _("最近一次在这台手机上登录"),
        "started_at": _("开始"),
        "ended_at": _("结束"),
        "last_used_at": _("最近使用"),
        "revoked_at": _("停用时间"),
        "accepted_at": _("接受时间"),
        "type": _("种类"),
        "email": _("邮箱"),
    }
)
name_columns({"name": _("称呼")}, table="people.Person")
ACTIONS = {
    "people.sign_in": _("登录"),
    "people.end_session": _("退出一台设备"),
    "people.end_sessions": _("退出所有设备"),
    "people.consent_given": _("同意了一项"),
    "people.consent_withdrawn": _("撤回了一项同意"),
    "people.change_number": _("换了手机号"),
    "people.rename": _("改了称呼"),
    "people.declare_work": _("填了从业和社区"),
    "people.recovery_code_made": _("生成了找回码"),
    "people.create_token": _("建了接口密钥"),
    "people.revoke_token": _("停用了接口密钥"),
    "people.export_me": _("导出了自己的数据"),
    "people.erase_me": _("注销"),
}
name_columns(
    {
        "action": (_("做了什么"), lambda code: ACTIONS.get(code, code)),
        "object_type": (_("对象"), lambda code: _("自己的账号") if code == "people.subject" else code),
        "role": (_("身份"), lambda code: _("本人") if code == "self" else name_of_role(code)),
        "result": (_("结果"), lambda code: _("成功") if code == "ok" else code),
    },
    table="kernel.AuditEntry",
)
name_columns({"name": _("姓名")}, table="people.Invitation")
name_columns({"purpose": (_("用来做什么"), choice(CodePurpose))}, table="people.OneTimeCode")
