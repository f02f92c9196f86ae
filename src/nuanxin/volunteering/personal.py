"""Who belongs to a team, holds a post, wants to: personal. Which report came out of a programme is kept nowhere."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.privacy.register import (
    columns,
    deletes,
    register,
)
from nuanxin.kernel.privacy.wording import (
    name_columns,
)
from nuanxin.kernel.retention import (
    Rows,
    expired,
    retain,
)
from nuanxin.people.services import on_withdrawal
from nuanxin.volunteering.models import (
    Appointment,
    CalendarFeed,
    Certificate,
    CheckInPoint,
    Child,
    ClaimPicture,
    HelpOffer,
    PostObjection,
    ProgrammeMember,
    ReserveCandidate,
    ServiceRecord,
    Shift,
    SignUp,
    TeamMember,
    VolunteerEntry,
    VolunteerProfile,
)
from nuanxin.volunteering.queries.own_shifts import sign_ups_of
from nuanxin.volunteering.services.activity_rounds import (
    erase_leaders,
    erase_sign_ups,
    forget_names,
    names_due,
)
from nuanxin.volunteering.services.claim_pictures import erase_pictures, forget_pictures, pictures_due
from nuanxin.volunteering.services.family import children_due, forget_children
from nuanxin.volunteering.services.leaving import (
    appointments_due,
    erase_appointments,
    forget_appointments,
    forget_members,
    forget_reserve,
    members_due,
    own_appointments_copy,
    reserve_due,
)
from nuanxin.volunteering.services.record_forgetting import (
    blur_points,
    erase_certificates,
    erase_offers,
    erase_records,
    forget_offers,
    offers_due,
    points_due,
)

register(
    TeamMember,
    purpose=_("您加入的志愿服务队、在队里的称呼；平台企业看不到"),
    fields={"team": "S1", "shown_as": "S1", "state": "S1", "joined_at": "S1", "state_reason": "S1"},
    retention=_("退出后 90 天"),
    erase=deletes(TeamMember, "person_id"),
    export=columns(TeamMember, "person_id", "team__name", "shown_as", "state", "joined_at"),
)
retain(
    TeamMember,
    purpose=_("谁加入过志愿服务队"),
    keeps=_("退出后 90 天"),
    of=Rows(members_due, lambda now: forget_members(now=now)),
)
name_columns(
    {
        "team__name": _("队伍"),
        "shown_as": _("在队里的称呼"),
        "state": _("到哪一步"),
        "joined_at": _("加入时间"),
    },
    table="volunteering.TeamMember",
)
register(
    Appointment,
    purpose=_("您报名、被推荐和担任的岗位，证号和任期；公示和证件上写姓氏、岗位和片区"),
    fields={
        "post": "S1",
        "person": "S2",
        "state": "S1",
        "state_reason": "S2",
        "why": "S2",
        "number": "S1",
        "code": "S1",
        "handover": "S2",
        "term_until": "S1",
    },
    retention=_("结束后 3 年；之后只剩岗位有人担任过这个数"),
    erase=erase_appointments,
    export=own_appointments_copy,
)
retain(
    Appointment,
    purpose=_("谁担任过岗位"),
    keeps=_("结束后 3 年，之后只是次数"),
    of=Rows(appointments_due, lambda now: forget_appointments(now=now)),
)
name_columns(
    {
        "post__kind__name_zh": _("岗位"),
        "state": _("到哪一步"),
        "why": _("理由"),
        "number": _("证号"),
        "appointed_at": _("上任时间"),
        "term_until": _("任期到"),
        "handover": _("交接"),
    },
    table="volunteering.Appointment",
)
register(
    ProgrammeMember,
    purpose=_("您参加的随手拍行动；报的哪一件是您报的，不记在这里"),
    fields={"programme": "S1", "person": "S1", "joined_at": "S1"},
    retention=_("行动结束后 90 天"),
    erase=deletes(ProgrammeMember, "person_id"),
    export=columns(ProgrammeMember, "person_id", "programme__name", "joined_at"),
)
retain(
    ProgrammeMember,
    purpose=_("谁参加了随手拍行动"),
    keeps=_("行动结束后 90 天"),
    of=expired(ProgrammeMember, "programme__ends_on", timedelta(days=90)),
)
name_columns({"programme__name": _("行动"), "joined_at": _("参加时间")}, table="volunteering.ProgrammeMember")
register(
    ReserveCandidate,
    purpose=_("您申请或同意进入的社区工作者后备库；只有街道和社会工作部管这件事的人看得到"),
    fields={
        "person": "S2",
        "state": "S2",
        "state_reason": "S2",
        "criteria": "S2",
        "words": "S2",
        "training": "S2",
        "outcome": "S2",
    },
    retention=_("结束后 1 年；在库里两年没有进展也删掉"),
    erase=deletes(ReserveCandidate, "person_id"),
    export=columns(
        ReserveCandidate, "person_id", "state", "state_reason", "criteria", "words", "training", "outcome",
        "applied_at",
    ),
)  # fmt: skip
retain(
    ReserveCandidate,
    purpose=_("社区工作者后备库"),
    keeps=_("结束后 1 年，在库里两年"),
    of=Rows(reserve_due, lambda now: forget_reserve(now=now)),
)
name_columns(
    {
        "state": _("到哪一步"),
        "state_reason": _("原因"),
        "criteria": _("条件"),
        "words": _("想做什么、做过什么"),
        "training": _("培训"),
        "outcome": _("结果"),
        "applied_at": _("申请时间"),
    },
    table="volunteering.ReserveCandidate",
)
retain(
    PostObjection,
    purpose=_("对公示的岗位人选提的意见（不记是谁提的）"),
    keeps=_("1 年"),
    of=expired(PostObjection, "at", timedelta(days=365)),
)

# --- Service records ---
register(
    ServiceRecord,
    purpose=_("您做过的志愿服务：什么时候、多久、谁确认的；时长和证明由它算出来"),
    fields={
        "person": "S1",
        "title": "S1",
        "served_on": "S1",
        "came_at": "S2",
        "left_at": "S2",
        "minutes": "S1",
        "quality": "S1",
        "proof": "S2",
        "device": "S1",
        "shares_device": "S1",
    },
    retention=_("到注销为止；注销后只留下分钟数，不知道是谁的"),
    erase=erase_records,
    export=columns(
        ServiceRecord, "person_id", "served_on", "title", "organisation__name", "came_at", "left_at", "minutes",
        "quality", "state", "proof",
    ),
)  # fmt: skip
name_columns(
    {
        "served_on": _("日期"),
        "title": _("做了什么"),
        "organisation__name": _("谁记录的"),
        "came_at": _("签到"),
        "left_at": _("签退"),
        "minutes": _("分钟"),
        "quality": _("质量系数（百分之几）"),
        "state": _("到哪一步"),
        "proof": _("凭什么核实"),
    },
    table="volunteering.ServiceRecord",
)
register(
    CheckInPoint,
    purpose=_("您同意后签到时手机的位置，证明人在现场"),
    fields={"record": "S1", "place": "S3", "at": "S2"},
    retention=_("90 天，之后只留一公里的格子；注销时删掉"),
    erase=deletes(CheckInPoint, "record__person_id"),
    export=columns(CheckInPoint, "record__person_id", "at", "place", "is_coarse"),
)
name_columns(
    {"at": _("什么时候"), "place": _("经度和纬度"), "is_coarse": _("已经模糊")},
    table="volunteering.CheckInPoint",
)
retain(
    CheckInPoint,
    purpose=_("签到时的位置"),
    keeps=_("90 天，之后只留一公里的格子"),
    of=Rows(points_due, lambda now: blur_points(now=now)),
)
register(
    ClaimPicture,
    purpose=_("您补记服务时附的照片；只给您自己、确认的人和抽查的人看，不带拍摄的地点和时间"),
    fields={"record": "S1", "file": "S2", "added_at": "S1"},
    retention=_("180 天；注销时删掉"),
    erase=erase_pictures,
    export=columns(
        ClaimPicture, "record__person_id", "record__title", "record__served_on", "added_at", "file__public_id"
    ),
)
name_columns(
    {
        "record__title": _("做了什么"),
        "record__served_on": _("日期"),
        "added_at": _("什么时候附的"),
        "file__public_id": _("照片的编号"),
    },
    table="volunteering.ClaimPicture",
)
retain(
    ClaimPicture,
    purpose=_("补记服务时附的照片"),
    keeps=_("180 天"),
    of=Rows(pictures_due, lambda now: forget_pictures(now=now)),
)
register(
    Certificate,
    purpose=_("您申请的服务证明，和谁都能核对的编号"),
    fields={"person": "S1", "period_from": "S1", "period_to": "S1", "minutes": "S1", "number": "S1", "code": "S1"},
    retention=_("到注销为止；注销后编号还查得到，不显示姓名"),
    erase=erase_certificates,
    export=columns(
        Certificate, "person_id", "number", "organisation__name", "period_from", "period_to", "minutes", "state",
        "applied_at", "issued_at",
    ),
)  # fmt: skip
name_columns(
    {
        "number": _("编号"),
        "organisation__name": _("谁开的"),
        "period_from": _("从"),
        "period_to": _("到"),
        "minutes": _("分钟"),
        "state": _("到哪一步"),
        "applied_at": _("申请时间"),
        "issued_at": _("开具时间"),
    },
    table="volunteering.Certificate",
)
register(
    VolunteerEntry,
    purpose=_("志愿服务记录里的培训、表彰和评价"),
    fields={"person": "S1", "title": "S1", "on": "S1", "kind": "S1"},
    retention=_("到注销为止"),
    erase=deletes(VolunteerEntry, "person_id"),
    export=columns(VolunteerEntry, "person_id", "kind", "title", "on", "organisation__name"),
)
name_columns(
    {"kind": _("哪一类"), "title": _("内容"), "on": _("日期"), "organisation__name": _("谁记录的")},
    table="volunteering.VolunteerEntry",
)
register(
    VolunteerProfile,
    purpose=_("您愿意在哪里、什么时候、用什么本事帮忙；只在您打开的时候用"),
    fields={"person": "S1", "skills": "S1", "posts": "S1", "free": "S2", "is_open": "S1", "asked_at": "S1"},
    retention=_("到您改掉或注销为止"),
    erase=deletes(VolunteerProfile, "person_id"),
    export=columns(VolunteerProfile, "person_id", "is_open", "skills", "free", "updated_at"),
)
name_columns(
    {"is_open": _("愿意被问"), "skills": _("会什么"), "free": _("空闲"), "updated_at": _("什么时候改的")},
    table="volunteering.VolunteerProfile",
)
register(
    HelpOffer,
    purpose=_("问过您来不来帮忙的事，和您的回话"),
    fields={"person": "S1", "request": "S1", "why": "S1", "state": "S1", "answered_at": "S1"},
    retention=_("事情过后 30 天"),
    erase=erase_offers,
    export=columns(HelpOffer, "person_id", "request__title", "request__starts_at", "state"),
)
name_columns(
    {"request__title": _("什么事"), "request__starts_at": _("什么时候"), "state": _("回话")},
    table="volunteering.HelpOffer",
)
retain(
    HelpOffer,
    purpose=_("问过谁来帮忙、谁答应、谁没有"),
    keeps=_("事情过后 30 天"),
    of=Rows(offers_due, lambda now: forget_offers(now=now)),
)
on_withdrawal("check_in_place", _("撤回后，签到不再带位置，由队长确认；以前的 90 天后模糊。"))

# --- Activities ---
register(
    SignUp,
    purpose=_("您报了哪些班次、去没去得成；平台企业看不到，主办方只看到脱敏的姓名"),
    fields={
        "shift": "S1", "person": "S2", "state": "S1", "state_since": "S1", "asked_at": "S1", "places": "S1",
        "held_until": "S1", "remind_at": "S1", "rank": "S1", "had_lately": "S1", "is_checked": "S1",
        "checked_by": "S1", "checked_at": "S1", "called_late": "S1",
    },
    retention=_("活动过后 1 年不再知道是谁，只剩人数"),
    erase=erase_sign_ups,
    export=sign_ups_of,
)  # fmt: skip
retain(
    SignUp,
    purpose=_("谁报了哪一班"),
    keeps=_("活动过后 1 年，之后只是人数"),
    of=Rows(names_due, lambda now: forget_names(now=now)),
)
name_columns(
    {
        "shift__activity__title": _("活动"), "shift__starts_at": _("哪一班"), "state": _("到哪一步"),
        "asked_at": _("什么时候报的"), "places": _("几个名额"),
    },
    table="volunteering.SignUp",
)  # fmt: skip
register(
    Shift,
    purpose=_("您负责的班次"),
    fields={"leader": "S2", "starts_at": "S1", "ends_at": "S1"},
    retention=_("到注销为止"),
    erase=erase_leaders,
    export=columns(Shift, "leader_id", "activity__title", "starts_at"),
)
name_columns({"activity__title": _("活动"), "starts_at": _("哪一班")}, table="volunteering.Shift")
register(
    Child,
    purpose=_("您带来的孩子怎么称呼、几岁、接人码；加密存放，只在当天给办活动的人看"),
    fields={
        "name": "S3",
        "age": "S3",
        "code": "S3",
        "guardian_agreed": "S1",
        "arrived_at": "S2",
        "handed_over_at": "S2",
    },
    retention=_("活动过后 3 天"),
    erase=deletes(Child, "sign_up__person_id"),
    export=columns(Child, "sign_up__person_id", "name", "age", "sign_up__shift__starts_at"),
)
retain(
    Child,
    purpose=_("孩子活动上的孩子：小名、年龄、接人码"),
    keeps=_("活动过后 3 天"),
    of=Rows(children_due, lambda now: forget_children(now=now)),
)
name_columns(
    {"name": _("孩子怎么称呼"), "age": _("几岁"), "sign_up__shift__starts_at": _("哪一班")},
    table="volunteering.Child",
)
register(
    CalendarFeed,
    purpose=_("您订阅班次日历用的地址（只存摘要）"),
    fields={"token_hash": "S2", "made_at": "S1"},
    retention=_("到您停用或注销为止"),
    erase=deletes(CalendarFeed, "person_id"),
    export=columns(CalendarFeed, "person_id", "made_at"),
)
name_columns({"made_at": _("什么时候开的")}, table="volunteering.CalendarFeed")
on_withdrawal("child_activity", _("撤回后，不能再给孩子报名；已经报的请在“我的班次”里取消。"))
