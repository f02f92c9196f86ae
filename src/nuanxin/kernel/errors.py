"""Errors that a user meets: what went wrong, in the user's language, and what to do next.

A module defines its own errors beside the function that raises them, as subclasses of these. `ui.middleware` turns
them into a page, an htmx partial or a JSON body; the status is theirs.
"""

import traceback
from collections.abc import Mapping
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
PACKAGE = f"{Path(__file__).parents[1]}/"


class DomainError(Exception):
    """A refused action. Nothing has been written when it is raised out of a service."""

    status = 400
    default_message: Text = _("这一步没有做成。")
    default_hint: Text = _("请稍后再试；一直不行就联系街道。")

    def __init__(self, message: Text = "", *, hint: Text = "", code: str = "") -> None:
        self.message = message or self.default_message
        self.hint = hint or self.default_hint
        self.code = code or type(self).__name__
        super().__init__(str(self.message))

    @property
    def told(self) -> str:
        """Both sentences as one text; between Chinese ones there is no space, between English ones there is."""
        message, hint = str(self.message), str(self.hint)
        return f"{message}{' ' if message[-1:].isascii() else ''}{hint}"


class NotAllowed(DomainError):
    """The actor may see the object but not do this with it."""

    status = 403
    default_message = _("您现在的身份不能做这一步。")
    default_hint = _("如果您有别的身份，请在右上角切换后再试。")


class NotFound(DomainError):
    """It does not exist, or the actor may not know that it does."""

    status = 404
    default_message = _("没有找到。")
    default_hint = _("它可能已经移走，或者不归您现在的身份看。")


class Conflict(DomainError):
    """Somebody was faster, or the same key was used with another content."""

    status = 409
    default_message = _("刚刚有人先处理了。")
    default_hint = _("请刷新页面，看看现在到了哪一步。")


class KeyReused(Conflict):
    """A submission is known by its key; this one says something else than what came with the key first."""

    default_message = _("这一份已经交过了，和现在填的不一样。")
    default_hint = _("先看看已经交的那一份；真的是另外一件，请重新打开页面再填一次。")


class Invalid(DomainError):
    """The input cannot be accepted; `fields` says which part and why."""

    status = 422
    default_message = _("有几处需要改一下。")
    default_hint = _("请按提示改好后再提交，已经填的都还在。")

    def __init__(
        self,
        message: Text = "",
        *,
        fields: Mapping[str, Text] | None = None,
        hint: Text = "",
        code: str = "",
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.fields: Mapping[str, Text] = fields or {}


class RateLimited(DomainError):
    """Too often. `retry_after` are the seconds until it may be tried again; the answer's header says them too."""

    status = 429
    default_message = _("操作太频繁了。")
    default_hint = _("请过一会儿再试。")
    default_retry_after = 60

    def __init__(self, message: Text = "", *, hint: Text = "", code: str = "", retry_after: int = 0) -> None:
        super().__init__(message, hint=hint, code=code)
        self.retry_after = retry_after or self.default_retry_after


def describe(error: BaseException) -> str:
    """The kind of an error and the place in our code, for logs and status rows.

    Never its message: a database quotes the values that it refuses, and those may be somebody's.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(PACKAGE)]
    if not ours:
        return type(error).__name__
    place = ours[-1].filename.removeprefix(PACKAGE)
    return f"{type(error).__name__} in {place}:{ours[-1].lineno} {ours[-1].name}"
