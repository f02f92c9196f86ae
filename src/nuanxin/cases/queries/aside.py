"""What stands beside a case at all, in one statement: most cases have none of it, and no more is asked of those."""

from functools import cached_property

from django.db.models import BigIntegerField, Exists, OuterRef

from nuanxin.cases.models import (
    Appeal,
    Case,
    Extension,
    Measure,
    RepairStage,
    Shelving,
    Supervision,
    VoiceNote,
)
from nuanxin.kernel.prepared import Prepared

BESIDE_IT = (Appeal, Extension, Measure, RepairStage, Shelving, Supervision, VoiceNote)


class Aside:
    """Asked when it is needed first: `Shelving in aside`."""

    def __init__(self, case_id: int) -> None:
        self._case_id = case_id

    def __contains__(self, model: type) -> bool:
        return model in self._there

    @cached_property
    def _there(self) -> frozenset[type]:
        row = _rows.first(case=self._case_id) or ()
        return frozenset(model for model, is_there in zip(BESIDE_IT, row, strict=False) if is_there)


_rows = Prepared(
    lambda *, case: Case.objects.filter(pk=case).values_list(
        *(Exists(model._default_manager.filter(case=OuterRef("pk"))) for model in BESIDE_IT)
    ),
    case=BigIntegerField(),
)
