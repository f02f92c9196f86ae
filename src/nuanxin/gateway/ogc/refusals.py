"""What a client is refused (OGC 17-069r4, 7.5): what was wrong, and what to do instead."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import DomainError


class BadParameter(DomainError):
    status = 400
    default_message = _("请求参数不对。")
    default_hint = _("可用的参数和写法见 /ogc/api。")


class UnknownResource(DomainError):
    status = 404
    default_message = _("没有这个地址。")
    default_hint = _("从 /ogc/ 开始，按里面的链接走。")


class UnknownCollection(UnknownResource):
    default_message = _("没有这个数据集。")
    default_hint = _("现有的数据集见 /ogc/collections。")


class UnknownFeature(UnknownResource):
    default_message = _("没有这个点位，或者它已经撤销。")
    default_hint = _("现有的点位见 /ogc/collections/places/items。")


class MethodRefused(DomainError):
    status = 405
    default_message = _("这里只能读。")
    default_hint = _("可用的方法见答复的 Allow。")
