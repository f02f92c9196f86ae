"""Nominations and appointments as a file: names masked, audited."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.volunteering.models import Appointment
from nuanxin.volunteering.queries.posts import EXPORT_MOST, PostFilters, appointments_to_export, house_of


class TooManyAppointments(Invalid):
    default_message = gettext_lazy("符合条件的超过 5,000 行，一次导不完。")
    default_hint = gettext_lazy("请选一个街道或一种岗位，分几次导出；没有导出任何内容。")


def export_appointments(*, actor: Actor, filters: PostFilters, form: str, now: datetime) -> File:
    """What the list shows. Raises `NotAllowed`, `TooManyAppointments`."""
    if not permits(actor, "volunteering.export_posts"):
        raise NotAllowed
    rows = appointments_to_export(actor, filters)
    if len(rows) > EXPORT_MOST:
        raise TooManyAppointments
    audit.record(
        actor=actor, action="volunteering.export_posts", object_type="volunteering.appointment",
        scope_code=actor.scope_code, detail={"rows": len(rows), "form": form}, now=now,
    )  # fmt: skip
    head = [_("岗位"), _("区划"), _("楼栋"), _("姓名"), _("到哪一步"), _("证号"), _("上任"), _("任期到")]
    table = [_cells(each) for each in rows]
    return table_file(f"posts-{stamp(now)}", head, table, title=_("岗位"), form=form, now=now)


def _cells(found: Appointment) -> list[str]:
    return [
        found.post.kind.name_zh,
        found.scope_code,
        house_of(found.post),
        mask_name(found.person.name) if found.person else "",
        str(found.get_state_display()),
        found.number,
        timezone.localdate(found.appointed_at).isoformat() if found.appointed_at else "",
        found.term_until.isoformat() if found.term_until else "",
    ]
