"""Drawing records to look into, and saying what was found. Who confirmed a record does not check it."""

import secrets
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.people.queries import is_same_person
from nuanxin.volunteering.enums import RecordState, SpotResult
from nuanxin.volunteering.models import ServiceRecord, SpotCheck
from nuanxin.volunteering.queries.spot_checks import LABELLED, drawable, drawn_by
from nuanxin.volunteering.services.record_confirming import locked_record
from nuanxin.volunteering.services.record_correcting import amend

MOST = 100


class NothingToDraw(Conflict):
    default_message = _("这段时间没有可以抽的记录。")
    default_hint = _("换一段时间；已经抽过的不会再抽。")


class ConfirmedIt(NotAllowed):
    default_message = _("这一条是您确认的，请另一位同事来查。")
    default_hint = _("换一位同事登录，在抽查清单里就能看到。")


class NoSpotCheck(NotFound):
    default_message = _("没有找到这条抽查。")


def draw_spot_checks(
    *, actor: Actor, since: date, until: date, count: int, seed: str = "", now: datetime
) -> list[SpotCheck]:
    """Half of them among late, manual and shared-device records, as far as there are so many. Audited with the seed.

    Raises `Invalid`, `NothingToDraw`.
    """
    if not 1 <= count <= MOST:
        raise Invalid(fields={"count": _("一次抽 1 到 100 条。")})
    if since > until:
        raise Invalid(fields={"until": _("截止日要在开始日之后。")})
    chosen = seed.strip()[:40] or secrets.token_hex(8)
    with transaction.atomic():
        rows = drawable(actor, since=since, until=until)
        labelled = list(rows.filter(LABELLED).values_list("public_id", flat=True))
        first = drawn_by(chosen, labelled, (count + 1) // 2)
        rest = set(rows.values_list("public_id", flat=True)) - set(first)
        drawn = [*first, *drawn_by(chosen, sorted(rest), count - len(first))]
        if not drawn:
            raise NothingToDraw
        found = ServiceRecord.objects.filter(public_id__in=drawn).order_by("pk")
        made = SpotCheck.objects.bulk_create(
            SpotCheck(record=each, seed=chosen, drawn_at=now, drawn_by_id=actor.assignment_id)
            for each in found
        )
        audit.record(
            actor=actor, action="volunteering.spot_checks_drawn", object_type="spot_check",
            scope_code=actor.scope_code, detail={"seed": chosen, "drawn": len(made), "of": len(rest) + len(first)},
            now=now,
        )  # fmt: skip
    return made


def judge_spot_check(
    *, actor: Actor, public_id: UUID, result: str, note: str, minutes: int = 0, now: datetime
) -> SpotCheck:
    """True, or not: then the record counts `minutes` and who holds a certificate with it loses that one.

    `public_id`: of the record. Publishes `HoursCorrected`. Raises `RecordNotFound`, `OwnRecord`, `NoSpotCheck`,
    `ConfirmedIt`, `Invalid`.
    """
    if result not in SpotResult.values:
        raise Invalid(fields={"result": _("请选属实还是不属实。")})
    if result == SpotResult.WRONG and not note.strip():
        raise Invalid(fields={"note": _("不属实要写明看到了什么。")})
    with transaction.atomic():
        row = locked_record(actor, "volunteering.spot_check", public_id)
        check = SpotCheck.objects.filter(record=row).first()
        if check is None:
            raise NoSpotCheck
        if check.result:
            return check
        if is_same_person(actor, row.confirmed_by_id):
            raise ConfirmedIt
        if result == SpotResult.WRONG:
            _correct(actor, row, minutes, note.strip(), now)
        check.result, check.note = result, note.strip()[:200]
        check.checked_at, check.checked_by_id = now, actor.assignment_id
        check.save(update_fields=["result", "note", "checked_at", "checked_by"])
        audit.record(
            actor=actor, action="volunteering.spot_check", object_type="service_record", object_id=row.pk,
            scope_code=row.scope_code, detail={"result": result}, now=now,
        )  # fmt: skip
    return check


def _correct(actor: Actor, row: ServiceRecord, minutes: int, note: str, now: datetime) -> None:
    if minutes >= row.minutes:
        raise Invalid(fields={"minutes": _("不属实的记录，分钟数要比原来少。")})
    if row.state == RecordState.ASKED:
        raise Invalid(_("本人正在申请更正，请先答复，再登记抽查结果。"))
    amend(actor, row, minutes, note, now)
