"""Records in the shape of the national record (Order 67): basics, service, training, commendation, evaluation.

The headings and the codes of kinds are reference data (`reference/national_record.csv`, `national_kinds.csv`), so that
a city writes what its own platform reads. Who is masked in the list is masked in the file; identity numbers are not
kept and so their column is empty. Only unpaid service is ever recorded.
"""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits, visible
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.volunteering.enums import CheckMethod, EntryKind
from nuanxin.volunteering.models import ServiceRecord, VolunteerEntry
from nuanxin.volunteering.queries.minutes import hours_shown
from nuanxin.volunteering.queries.records import COUNTED, EXPORT_MOST, RecordFilters, narrowed

REFERENCE = Path(__file__).parents[1] / "reference"
WAYS = {
    CheckMethod.CODE: "扫码签到",
    CheckMethod.LEADER: "负责人点名",
    CheckMethod.MANUAL: "人工录入",
}


class TooManyRecords(Invalid):
    default_message = _("符合条件的超过 5,000 条，一次导不完。")
    default_hint = _("请选一段日期，分几次导出；没有导出任何内容。")


@dataclass(frozen=True, slots=True)
class NationalColumn:
    key: str
    heading: str
    section: str


@cache
def national_columns() -> tuple[NationalColumn, ...]:
    with (REFERENCE / "national_record.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            NationalColumn(row["column"], row["heading"], row["section"]) for row in csv.DictReader(file)
        )


@cache
def national_kinds() -> dict[str, str]:
    """Our kind → `05 社区服务`; the empty one for what is not in the table."""
    with (REFERENCE / "national_kinds.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: f"{row['national_code']} {row['name_zh']}" for row in csv.DictReader(file)}


def export_records(*, actor: Actor, filters: RecordFilters, form: str, now: datetime) -> File:
    """For community and street: what counts within their reach. Raises `NotAllowed`, `TooManyRecords`."""
    if not permits(actor, "volunteering.record_export"):
        raise NotAllowed
    rows = narrowed(actor, filters, "volunteering.record_export").filter(state__in=COUNTED)
    found = list(rows.order_by("served_on", "pk")[: EXPORT_MOST + 1])
    if len(found) > EXPORT_MOST:
        raise TooManyRecords
    audit.record(
        actor=actor, action="volunteering.record_export", object_type="service_record",
        scope_code=actor.scope_code, detail={"rows": len(found), "form": form}, now=now,
    )  # fmt: skip
    is_masked = actor.is_masked("volunteering.record_export")
    return _file("service-records", found, form, now, is_masked=is_masked, with_phone=False)


def export_own(*, actor: Actor, form: str, now: datetime) -> File:
    """One's own record, whole, to take along."""
    rows = visible(ServiceRecord.objects.filter(state__in=COUNTED), "volunteering.serve", actor)
    found = list(rows.select_related("person", "organisation").order_by("served_on", "pk")[:EXPORT_MOST])
    return _file("my-service", found, form, now, is_masked=False, with_phone=True)


def _file(
    name: str, found: Sequence[ServiceRecord], form: str, now: datetime, *, is_masked: bool, with_phone: bool
) -> File:
    columns = national_columns()
    entries = _entries({each.person_id for each in found if each.person_id})
    table = []
    for record in found:
        said = _values(record, entries[record.person_id], is_masked=is_masked, with_phone=with_phone)
        table.append([said.get(each.key, "") for each in columns])
    return table_file(
        f"{name}-{stamp(now)}", [each.heading for each in columns], table,
        title="志愿服务记录", form=form, now=now, above=[each.section for each in columns],
    )  # fmt: skip


def _entries(person_ids: set[int]) -> dict[int | None, dict[str, str]]:
    """What stands beside the hours, by person; one statement."""
    found: dict[int | None, dict[str, str]] = defaultdict(dict)
    for each in VolunteerEntry.objects.filter(person__in=person_ids).order_by("on", "pk"):
        said = found[each.person_id]
        words = f"{each.on.isoformat()} {each.title}"
        said[each.kind] = f"{said[each.kind]}；{words}" if each.kind in said else words
    return found


def _values(
    record: ServiceRecord, entries: dict[str, str], *, is_masked: bool, with_phone: bool
) -> dict[str, str]:
    person = record.person
    name = person.name if person is not None else ""
    begun = max(record.came_at or record.starts_at, record.starts_at)
    kinds = national_kinds()
    return {
        "name": mask_name(name) if is_masked and name else name,
        "phone": person.phone if person is not None and with_phone else "",
        "registered_on": _day(person.registered_at) if person is not None else "",
        "project": record.title,
        "organisation": record.organisation.name,
        "service_kind": kinds.get(record.activity_kind, kinds[""]),
        "served_on": record.served_on.isoformat(),
        "starts": f"{timezone.localtime(begun):%H:%M}",
        "ends": f"{timezone.localtime(record.left_at or record.ends_at):%H:%M}",
        "hours": hours_shown(record.minutes),
        "place_code": record.scope_code,
        "unpaid": "是",
        "way": "补签"
        if record.is_late and not record.is_manual
        else WAYS.get(CheckMethod(record.came_by), ""),
        "recorder": record.organisation.name,
        "quality": f"{record.quality / 100:.1f}",
        "trainings": entries.get(EntryKind.TRAINING, ""),
        "praises": entries.get(EntryKind.PRAISE, ""),
        "evaluations": entries.get(EntryKind.EVALUATION, ""),
    }


def _day(at: datetime) -> str:
    return timezone.localdate(at).isoformat()
