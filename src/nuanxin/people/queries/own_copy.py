"""A person's copy as it is read on paper: every registered table in plain words."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nuanxin.kernel.privacy.wording import row_words


def own_copy(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` is what `export_me` returns; the answer is what the typesetter reads, in the reader's language."""
    made = timezone.localtime(data["exported_at"])
    return {
        "lang": "en" if (get_language() or "").startswith("en") else "zh",
        "title": _("我的数据"),
        "made": _("%(at)s 导出") % {"at": f"{made:%Y-%m-%d %H:%M}"},
        "lead": _("这里是保存着的、和您有关的全部内容，按用途列出，写明存多久。"),
        "empty": _("没有保存任何内容。"),
        "rights": _(
            "有写错的，在“我的”里改；不想再用，可以撤回同意或注销账号。照片原件在“我的上报”里，点开就能存下。"
        ),
        "foot": _("演示数据") if settings.DEMO else _("这份文件里有您的个人信息，请自己收好。"),
        "sections": [_section(table) for table in sorted(data["tables"], key=_is_a_log)],
    }


def _is_a_log(table: Mapping[str, Any]) -> bool:
    """The account and the reports first, what only records them last."""
    return str(table["table"]).startswith("kernel.")


def _section(table: Mapping[str, Any]) -> dict[str, Any]:
    rows = [row_words(table["table"], row) for row in table["rows"]]
    count = len(rows)
    return {
        "purpose": table["purpose"],
        "kept": _("保存多久：%(time)s") % {"time": table["retention"]},
        "count": _("%(n)d 条") % {"n": count},
        "rows": [row for row in rows if row],
    }
