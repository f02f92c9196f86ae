"""Are faces and plates looked for before a person reviews a picture?"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.kernel.files.finding import are_models_there


@check
def picture_models(now: datetime) -> Iterable[Finding]:
    if are_models_there():
        yield Finding(level=Level.OK, code="picture-models", message=_("人脸和车牌先由模型找，再由人看"))
        return
    yield Finding(
        level=Level.WARNING,
        code="picture-models-missing",
        message=_("没有找人脸和车牌的模型：看图的人要全部手工标"),
        hint=_("请按 docs/pictures.md 安装 pictures 组件和 requirements/models.txt，再重启。"),
    )
