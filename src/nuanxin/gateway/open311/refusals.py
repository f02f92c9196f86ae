"""What a client is refused, with the codes of the standard (GeoReport v2, "Errors")."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import DomainError


class BadArgument(DomainError):
    status = 400
    default_message = _("请求参数不对。")
    default_hint = _("请对照 docs/open311.md 改正后再试。")


class JurisdictionMissing(BadArgument):
    default_message = _("缺少 jurisdiction_id。")
    default_hint = _("这里有几个区域，请写明是哪一个；discovery 里列出了全部。")


class NotTheSame(DomainError):
    status = 409
    default_message = _("这个编号已经用于另一份内容。")
    default_hint = _("如果是另一件事，请换一个编号再提交。")


class UnknownJurisdiction(DomainError):
    status = 404
    default_message = _("没有这个 jurisdiction_id。")
    default_hint = _("discovery 里列出了全部区域。")


class UnknownService(DomainError):
    status = 404
    default_message = _("没有这个 service_code。")
    default_hint = _("services 里列出了全部类别。")


class UnknownRequest(DomainError):
    status = 404
    default_message = _("没有找到这个 service_request_id。")
    default_hint = _("这里只有审核后公开的已解决案卷，以及用您的密钥提交的案卷。")


class UnknownAddress(DomainError):
    status = 404
    default_message = _("没有这个地址。")
    default_hint = _("支持的地址见 docs/open311.md；扩展名是 .json 或 .xml。")


class WrongMethod(DomainError):
    status = 405
    default_message = _("这个地址不支持这种请求方法。")
    default_hint = _("可用的方法见答复的 Allow。")


class KeyRefused(DomainError):
    """Missing, unknown, expired or revoked: the answer does not say which."""

    status = 403
    default_message = _("缺少 api_key，或者它已经失效。")
    default_hint = _("请向系统管理员申请密钥。")


class NotForThisKey(DomainError):
    status = 403
    default_message = _("这个密钥不能在这里做这件事。")
    default_hint = _("请确认密钥的区域和用途；需要更改请联系系统管理员。")
