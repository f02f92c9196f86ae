"""What an erasure and a withdrawn consent do to hours, stars, honours, boards and held awards."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.models import (
    Appeal,
    Hold,
    Honour,
    HoursEntry,
    StarApplication,
    TipOff,
)
from nuanxin.incentives.services.boards import take_off
from nuanxin.incentives.services.honours import DISPLAY, PUBLICITY, withdraw_all
from nuanxin.incentives.services.ratings import forget_ratings
from nuanxin.incentives.workflow import HONOUR, STAR
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.people.models import Person
from nuanxin.people.services.consents import on_withdrawal


def _subject(person: Person) -> UUID:
    return UUID(str(person.subject.pk))


def _honours_not_shown(person: Person, now: datetime) -> None:
    withdraw_all(subject_id=_subject(person), purpose=PUBLICITY, now=now)


def _honours_not_displayed(person: Person, now: datetime) -> None:
    withdraw_all(subject_id=_subject(person), purpose=DISPLAY, now=now)


def _off_the_board(person: Person, now: datetime) -> None:
    take_off(subject_id=_subject(person))


def _no_rating(person: Person, now: datetime) -> None:
    forget_ratings(subject_id=_subject(person))


def _no_tips(person: Person, now: datetime) -> None:
    TipOff.objects.filter(subject_id=_subject(person)).update(subject_id=None)


on_withdrawal(PUBLICITY, _("撤回后，正在公示的马上撤下。"), _honours_not_shown)
on_withdrawal(DISPLAY, _("撤回后，荣誉墙上的马上撤下；授予的荣誉还是您的。"), _honours_not_displayed)
on_withdrawal("points_board", _("撤回后马上下榜，积分不变。"), _off_the_board)
on_withdrawal("worker_rating", _("撤回后，算过的评价和发出去的链接都删掉。"), _no_rating)
on_withdrawal(
    "tip_off", _("撤回后，登记的线索不再和您对应；领奖码还在您手里，部门那边照它自己的办法。"), _no_tips
)


def erase_honours(subject: Subject, *, now: datetime) -> Erased:
    """Whose it was, and who nominated, goes; the story goes with the honoured person."""
    if subject.subject_id is None:
        return Erased()
    own = Honour.objects.filter(subject_id=subject.subject_id)
    for shown in own.filter(state__in=HONOUR["forget"].sources):
        HONOUR.step(shown, "forget", state_since=now)
    emptied = own.update(
        subject_id=None, shown_as="", who="", title=_("（已注销）"), story=_("（本人注销了账号，事迹已删去。）"),
        may_display_at=None, may_publicise_at=None,
    )  # fmt: skip
    nominated = Honour.objects.filter(nominator_id=subject.subject_id).update(nominator_id=None)
    return Erased(anonymised=emptied + nominated)


def erase_stars(subject: Subject, *, now: datetime) -> Erased:
    """The application stays as a count; whose it was goes."""
    if subject.subject_id is None:
        return Erased()
    rows = StarApplication.objects.filter(subject_id=subject.subject_id)
    for open_still in rows.filter(state__in=STAR["forget"].sources):
        STAR.step(open_still, "forget", state_since=now)
    return Erased(anonymised=rows.update(subject_id=None, shown_as=""))


def erase_holds(subject: Subject, *, now: datetime) -> Erased:
    if subject.subject_id is None:
        return Erased()
    rows = Hold.objects.filter(subject_id=subject.subject_id)
    return Erased(anonymised=rows.update(subject_id=None, case_number="", evidence={}, answer=""))


def erase_appeals(subject: Subject, *, now: datetime) -> Erased:
    if subject.subject_id is None:
        return Erased()
    rows = Appeal.objects.filter(subject_id=subject.subject_id)
    return Erased(anonymised=rows.update(subject_id=None, reason=""))


def erase_tips(subject: Subject, *, now: datetime) -> Erased:
    if subject.subject_id is None:
        return Erased()
    return Erased(anonymised=TipOff.objects.filter(subject_id=subject.subject_id).update(subject_id=None))


def erase_hours(subject: Subject, *, now: datetime) -> Erased:
    """A team's sum stays true; whose minutes they were goes."""
    if subject.subject_id is None:
        return Erased()
    return Erased(anonymised=HoursEntry.objects.filter(subject_id=subject.subject_id).update(subject_id=None))
