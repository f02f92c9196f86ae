"""Boards: joined and left by one's own choice; each award adds to the sums of its periods once."""

from datetime import datetime
from itertools import product
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, CharField, F, UUIDField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import BoardKind
from nuanxin.incentives.models import BoardMark, BoardMember, BoardTally, Posting
from nuanxin.incentives.queries.boards import ALWAYS, PURPOSE
from nuanxin.incentives.services.stars import called
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.plain_rows import NewRows
from nuanxin.kernel.prepared import Prepared
from nuanxin.people.models import Person
from nuanxin.people.queries import person_of_subject
from nuanxin.people.services.consents import give_consent, withdraw_consent

KINDS = {"report": BoardKind.REPORT, "activity": BoardKind.SERVICE}
# What no board may be made of (`domain.md` §0.3 law 24): software that ranks it would press people.
REFUSED = ("order", "pay", "income", "speed", "attendance", "like", "vote", "study")


class NotRankable(Invalid):
    default_message = _("这个不能拿来排名。")
    default_hint = _("积分榜只排公益积分：不排单量、收入、速度、出勤、点赞和学习时长。")


def check_measure(measure: str) -> BoardKind:
    """What a board is of. Raises `NotRankable` for orders, pay, likes and whatever else is no board's business."""
    if measure not in BoardKind.values or any(word in measure for word in REFUSED):
        raise NotRankable
    return BoardKind(measure)


def join_board(*, actor: Actor, nickname: str, now: datetime) -> BoardMember:
    """From now on the sums are shown under this name. Again with another name changes the name.

    Raises `NotAllowed`, `Invalid`. Publishes `ConsentGiven`.
    """
    if actor.subject_id is None or not permits(actor, "incentives.board"):
        raise NotAllowed
    name, person = called(nickname), _person(actor)
    with transaction.atomic():
        give_consent(person=person, purpose=PURPOSE, now=now)
        made, _new = BoardMember.objects.update_or_create(
            subject_id=actor.subject_id,
            defaults={"nickname": name, "scope_code": actor.scope_code, "joined_at": now},
        )
        BoardTally.objects.filter(subject_id=actor.subject_id).update(**_shown(made))
        _audited(actor, "join", now)
    return made


def leave_board(*, actor: Actor, now: datetime) -> None:
    """Gone at once; the points are untouched. Publishes `ConsentWithdrawn`; left already, nothing happens."""
    if actor.subject_id is None or not BoardMember.objects.filter(subject_id=actor.subject_id).exists():
        return
    with transaction.atomic():
        withdraw_consent(person=_person(actor), purpose=PURPOSE, now=now)  # which takes it off: `take_off`
        _audited(actor, "leave", now)


def _person(actor: Actor) -> Person:
    found = person_of_subject(actor.subject_id) if actor.subject_id is not None else None
    if found is None:
        raise NotAllowed
    return found


def take_off(*, subject_id: UUID) -> None:
    """Nobody sees it any more; its owner still may."""
    BoardMember.objects.filter(subject_id=subject_id).delete()
    BoardTally.objects.filter(subject_id=subject_id).update(is_shown=False, district="", street="")


def count_points(*, event: UUID, posting_id: int, amount: int, now: datetime) -> bool:
    """An award, or with a negative amount its reversal, in the sums of its month and of always. Once for each event."""
    found = _posting.first(pk=posting_id)
    if found is None:
        return False
    subject_id, group, at = found
    with transaction.atomic():
        if not _marks.write_missing(BoardMark(event=event, at=now)):
            return False
        month = f"{timezone.localtime(at):%Y-%m}"
        kind = KINDS.get(group, BoardKind.OTHER)
        _add(subject_id, month, (BoardKind.ALL, kind), amount)
    return True


_marks = NewRows(BoardMark)
_tallies = Prepared(
    lambda *, subject, month: BoardTally.objects.filter(
        subject_id=subject, period__in=(month, ALWAYS)
    ).values_list("period", "kind"),
    subject=UUIDField(),
    month=CharField(),
)
_posting = Prepared(
    lambda *, pk: Posting.objects.filter(pk=pk).values_list("account_id", "group", "at"), pk=BigIntegerField()
)


def _add(subject_id: UUID, month: str, kinds: tuple[BoardKind, ...], amount: int) -> None:
    """Rows that are there already take one statement together; a new one takes what its owner has chosen."""
    known = set(_tallies.rows(subject=subject_id, month=month))
    missing = [key for key in product((month, ALWAYS), kinds) if key not in known]
    if missing and person_of_subject(subject_id) is None:
        return  # an account that went in the meantime: nothing of it is written again
    if missing:
        member = BoardMember.objects.filter(subject_id=subject_id).first()
        shown = _shown(member) if member else {}
        BoardTally.objects.bulk_create(
            [
                BoardTally(subject_id=subject_id, period=period, kind=kind, **shown)
                for period, kind in missing
            ],
            ignore_conflicts=True,
        )
    found = BoardTally.objects.filter(subject_id=subject_id, period__in=(month, ALWAYS), kind__in=kinds)
    found.update(points=F("points") + amount)


def _shown(member: BoardMember) -> dict[str, object]:
    return {
        "is_shown": True,
        "district": member.scope_code[: LEVELS["district"]],
        "street": member.scope_code[: LEVELS["street"]],
    }


def _audited(actor: Actor, action: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.board_{action}", object_type="board", scope_code=actor.scope_code,
        detail={}, now=now,
    )  # fmt: skip
