"""What somebody saved is personal; who keeps a place is an assignment, which belongs to `people`."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.privacy.register import columns, deletes, exempt, register
from nuanxin.kernel.privacy.wording import name_columns
from nuanxin.kernel.retention import Rows, expired, retain
from nuanxin.places.models import BookLoan, SavedPlace, Sighting, StockMovement
from nuanxin.places.queries.books import loans_of
from nuanxin.places.services.carrying import carry_forward, movements_due
from nuanxin.places.services.lending import erase_loans, forget_loans, loans_over

exempt(
    "places.Place", reason="the place's own public number; a personal mobile is refused when it is written"
)

# Who a passer-by is is not kept at all: digests under a day's salt, emptied when the day is over (`jobs.py`).
retain(
    Sighting,
    purpose=_("路过的人在门口点的（不记是谁）"),
    keeps=_("90 天"),
    of=expired(Sighting, "at", timedelta(days=90)),
)
retain(
    StockMovement,
    purpose=_("药品和物资的进出：只有样数和时间，不写谁拿的"),
    keeps=_("1 年，之后并成一个数"),
    of=Rows(movements_due, lambda now: carry_forward(now=now)),
)
register(
    SavedPlace,
    purpose=_("您存下的地方，好再找到"),
    fields={"place": "S2", "saved_at": "S1"},
    retention=_("到您去掉或注销为止"),
    erase=deletes(SavedPlace, "person_id"),
    export=columns(SavedPlace, "person_id", "place__name_zh", "saved_at"),
)
name_columns({"place__name_zh": _("地方"), "saved_at": _("什么时候存的")}, table="places.SavedPlace")
register(
    BookLoan,
    purpose=_("您在书角借了哪本、什么时候还"),
    fields={
        "book": "S1",
        "person": "S1",
        "lent_at": "S1",
        "due_on": "S1",
        "returned_at": "S1",
        "reminded_at": "S1",
    },
    retention=_("还书后 30 天"),
    erase=erase_loans,
    export=loans_of,
)
retain(
    BookLoan,
    purpose=_("借书记录"),
    keeps=_("还书后 30 天"),
    of=Rows(loans_over, lambda now: forget_loans(now=now)),
)
name_columns(
    {
        "book__title": _("书名"),
        "book__place__name_zh": _("书角"),
        "lent_at": _("借书时间"),
        "due_on": _("应还日"),
        "returned_at": _("还书时间"),
    },
    table="places.BookLoan",
)
