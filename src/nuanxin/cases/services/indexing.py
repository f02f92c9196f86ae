"""What a case is found by."""

from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.search import INDEX


def index_case(case: Case) -> None:
    """Number, kind, place and words, those that were said included once they are written down."""
    said = f"{case.text} {case.transcript}".strip()
    INDEX.index(case.pk, f"{case.number} {kind_of(case.category_id).name_zh} {case.address} {said}")
