"""What people of the demo city served: shifts checked in and swept, help written down by hand, one certificate.

What the days of the activities left behind is lived to its end here; without any, the claims alone tell the story.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from nuanxin.demo.pictures import picture
from nuanxin.demo.planned import Seat
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.worktime.peaks import after_peak
from nuanxin.people.models import Assignment, Organisation
from nuanxin.people.queries import actor_for
from nuanxin.volunteering.models import ServiceRecord, Shift, SignUp
from nuanxin.volunteering.queries import check_codes
from nuanxin.volunteering.services import (
    activities,
    activity_rounds,
    certificates,
    record_correcting,
    shifts,
    signing_up,
    spot_checks,
)
from nuanxin.volunteering.services import matching as helping
from nuanxin.volunteering.services.activity_rules import ActivityData
from nuanxin.volunteering.services.record_confirming import Judged, confirm_hours
from nuanxin.volunteering.services.records import Claim, check_in, check_out, enter_service

if TYPE_CHECKING:
    from nuanxin.demo.acting import Stage

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
STORY = ("wang", "luo", "chen")
SHIFTS, OF_TEAMS, PEOPLE = 8, 12, 4  # so many are lived through in full
CAME = 0.9
ALWAYS = 2**21 - 1
CLAIMS = (
    ("help", "帮楼上的大爷搬旧衣柜下楼", "云栖里门口，保安老周在场"),
    ("post", "夜市路口值勤，劝开占道停车", "和社区小刘一起，登记表上签了到"),
    ("case", "井盖坏了，守着等抢修的人来", "抢修师傅到了以后才走"),
    ("help", "教几位老人用手机挂号", "社区活动室，网格员在旁边"),
    ("post", "小区消防通道巡一圈", "附了照片，队里也有"),
)
SHOWN = {0: "0206", 4: "0206"}  # claims with a picture: of which category, mended


def serve_some(stage: Stage, *, now: datetime) -> None:
    """The last thirty days; what ended yesterday still waits for the sweep."""
    community = _community(stage)
    if community is None:
        return
    over = Shift.objects.filter(ends_at__lt=now, activity__kind__is_volunteering=True)
    over = over.select_related("activity").order_by("-ends_at")
    teams = over.filter(activity__organiser__kind="volunteer_organisation")
    for shift in {each.pk: each for each in (*over[:SHIFTS], *teams[:OF_TEAMS])}.values():
        _live_through(shift, now)
    workers = [
        stage.settled.actor(Seat(key, "worker"))
        for key in STORY
        if (key, "worker", "") in stage.settled.assignments
    ]
    for number, worker in enumerate(workers):
        _claims(worker, community, number, now)
    _running(workers, community, now)
    if workers:
        _of_the_story(workers[0], community, now)
        _checked(community, now)
    for number, worker in enumerate(workers):
        _open_to_help(worker, number, now)


def _community(stage: Stage) -> Actor | None:
    """Who confirms in the community of the story: its head, so that others are left to check."""
    rows = stage.settled.assignments.items()
    home = next((row.scope_code for (key, role, _unit), row in rows if (key, role) == ("wang", "worker")), "")
    found = (row for (_key, role, _unit), row in rows if role == "community_head" and row.scope_code == home)
    head = next(found, None)
    return actor_for(head) if head is not None else None


def _live_through(shift: Shift, now: datetime) -> None:
    """Most come; one does not. The leader confirms all, but for what ended yesterday or today."""
    rng = Random(f"served/{shift.activity.title}/{shift.starts_at:%m%d}")
    records = []
    for sign_up in SignUp.objects.filter(shift=shift, state="confirmed", person__isnull=False)[:PEOPLE]:
        actor = _as_volunteer(sign_up.person_id or 0)
        if actor is None or rng.random() > CAME:
            continue
        came = shift.starts_at - rng.randrange(12) * MINUTE
        try:
            made = check_in(actor=actor, code=check_codes.pictured(shift.public_id, came), now=came)
            left = shift.ends_at - rng.choice((0, 0, 0, 25)) * MINUTE
            check_out(actor=actor, public_id=made.public_id, now=left)
        except DomainError:
            continue  # at two places, or too long a day
        records.append(made.public_id)
    if records and shift.ends_at < now - DAY:
        _confirm(records, shift.ends_at + 3 * HOUR, rng)


def _running(workers: list[Actor], community: Actor, now: datetime) -> None:
    """A shift in the community of the story that runs at this moment: two are there, whoever visits may check in."""
    office = Organisation.objects.filter(pk=community.organisation_id or 0).first()
    if office is None:
        return
    asked, begins = after_peak(now - 3 * DAY), now - 50 * MINUTE
    data = ActivityData(
        title="路口文明劝导", kind="civic_publicity", words="提醒大家走斑马线、不逆行，马甲和小旗现场发。",
        organiser=office.public_id, scope_code=office.scope_code, where="云栖里东门路口",
    )  # fmt: skip
    made = activities.make_activity(
        actor=SYSTEM, data=data, key=uuid5(NAMESPACE_URL, "served/running"), now=asked
    )
    shift = shifts.add_shift(
        actor=SYSTEM,
        public_id=made.public_id,
        starts_at=begins,
        ends_at=now + 3 * HOUR,
        capacity=12,
        now=asked,
    )
    activities.publish_activity(actor=SYSTEM, public_id=made.public_id, now=asked)
    activity_rounds.open_sign_ups(now=asked)
    for number, worker in enumerate(workers):
        key = uuid5(NAMESPACE_URL, f"served/running/{number}")
        try:
            signing_up.sign_up(actor=worker, shift_id=shift.public_id, key=key, now=asked + HOUR / 2)
        except DomainError:
            continue  # has something else just now
        if number == 1:
            came = begins - 4 * MINUTE
            check_in(actor=worker, code=check_codes.pictured(shift.public_id, came), now=came)


def _as_volunteer(person_id: int) -> Actor | None:
    rows = Assignment.objects.filter(person=person_id, role__in=["worker", "resident", "grid_part"])
    found = rows.select_related("role", "person__subject").first()
    return actor_for(found) if found is not None else None


def _confirm(records: list[UUID], now: datetime, rng: Random) -> None:
    """By whoever keeps them: the community of the records, or the office that organised."""
    row = ServiceRecord.objects.get(public_id=records[0])
    seats = Assignment.objects.filter(active_to=None).select_related("role", "person__subject")
    nearby = seats.filter(role__in=["community_head", "community"], scope_community=row.scope_code[:12])
    keeper = nearby.first() or seats.filter(role="street_lead", organisation=row.organisation_id).first()
    if keeper is None:
        return
    judged = {records[0]: Judged(120, "一直站在最挤的路口，没有歇")} if rng.random() < 0.4 else None
    confirm_hours(actor=actor_for(keeper), records=records, judged=judged, now=now)


def _claims(worker: Actor, community: Actor, number: int, now: datetime) -> None:
    """Now and then something that no check-in knows of; yesterday's is not confirmed yet."""
    office = Organisation.objects.filter(pk=community.organisation_id or 0).first()
    if office is None:
        return
    for turn, (source, title, proof) in enumerate(CLAIMS):
        day = timezone.localtime(now - (1 + 6 * turn + number) * DAY)
        start = day.replace(hour=14 + number, minute=10 * turn, second=0)
        claim = Claim(
            organisation=office.public_id, source=source, title=title, starts_at=start,
            ends_at=start + (50 + 20 * turn) * MINUTE, proof=proof,
            picture=accept_image(picture(SHOWN[turn], "after", turn)) if turn in SHOWN and not number else None,
        )  # fmt: skip
        key = uuid5(NAMESPACE_URL, f"served/{worker.person_id}/{turn}")
        try:
            made = enter_service(actor=worker, claim=claim, key=key, now=claim.ends_at + HOUR)
        except DomainError:
            continue
        if turn:
            confirm_hours(actor=community, records=[made.public_id], now=claim.ends_at + 5 * HOUR)


def _of_the_story(wang: Actor, community: Actor, now: datetime) -> None:
    """Wang has a certificate, and says that one of his times was longer."""
    rows = ServiceRecord.objects.filter(
        person=wang.person_id, state="recorded", organisation=community.organisation_id or 0
    ).order_by("served_on")
    kept = list(rows.select_related("organisation"))
    if len(kept) < 2:
        return
    first, last = kept[0], kept[-1]
    made = certificates.apply_for_certificate(
        actor=wang, organisation=first.organisation.public_id, period_from=first.served_on,
        period_to=last.served_on - DAY, key=uuid5(NAMESPACE_URL, "served/certificate"), now=now - 2 * DAY,
    )  # fmt: skip
    certificates.issue_certificate(actor=community, public_id=made.public_id, now=now - DAY)
    record_correcting.ask_correction(
        actor=wang, public_id=last.public_id, words="晚走了十分钟，帮着收了桌椅", wanted_minutes=last.minutes + 10,
        now=now - 5 * HOUR,
    )  # fmt: skip


def _checked(head: Actor, now: datetime) -> None:
    """Two are drawn; the head, who confirmed them, leaves looking into them to a colleague."""
    today = timezone.localdate(now)
    try:
        drawn = spot_checks.draw_spot_checks(
            actor=head, since=today - 25 * DAY, until=today - 6 * DAY, count=2, seed="20", now=now - 4 * HOUR
        )
    except spot_checks.NothingToDraw:
        return
    colleague = Assignment.objects.filter(role="community", scope_code=head.scope_code).select_related(
        "role", "person__subject"
    ).first()  # fmt: skip
    if colleague is not None:
        spot_checks.judge_spot_check(
            actor=actor_for(colleague), public_id=drawn[0].record.public_id, result="ok",
            note="问了当天在场的网格员，时间对得上", now=now - 2 * HOUR,
        )  # fmt: skip


def _open_to_help(worker: Actor, number: int, now: datetime) -> None:
    """All three like to be asked, with what each of them can do."""
    skill = ("bicycle", "first_aid", "repair")[number]
    data = helping.ProfileData(is_open=True, areas=(worker.scope_code,), skills=(skill,), free=ALWAYS)
    try:
        helping.save_profile(actor=worker, data=data, now=now - 20 * DAY)
    except DomainError:
        return
