"""Who hears of teams, posts and prevention notices: whoever has to do the next step, and whom it is about."""

from collections.abc import Iterable

from django.urls import reverse

from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.audience import at_street, members_of
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.models import Notice
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.people.queries import assignments_at
from nuanxin.volunteering import events
from nuanxin.volunteering.enums import PostNews, TeamNews
from nuanxin.volunteering.queries.posts import AppointmentFacts, appointment_facts
from nuanxin.volunteering.queries.programmes import audience_of
from nuanxin.volunteering.queries.reserve import reserve_facts
from nuanxin.volunteering.queries.teams import MemberFacts, member_facts

MOVED = {"refuse": PostNews.REFUSED, "again": PostNews.AGAIN, "drop": PostNews.REFUSED}


# --- Teams ---
@subscribe(events.MembershipAsked)
def membership_asked(event: events.MembershipAsked, envelope: Envelope) -> None:
    """The leader decides about who asks; who is invited decides alone."""
    member = member_facts(event.member_id)
    if event.by == "invited":
        _to_member(envelope, member, TeamNews.INVITED)
        return
    leaders = members_of(member.team.organisation_id, ("team_leader",), envelope)
    staff = leaders or _at_community(envelope, ("community",))
    path = reverse("volunteering:team_desk", args=[member.team.public_id])
    _to_staff(
        envelope,
        staff,
        Kind.TEAM_TODO,
        {"place": member.team.name, "team": TeamNews.ASKED.value, "path": path},
    )


@subscribe(events.MemberJoined)
def member_joined(event: events.MemberJoined, envelope: Envelope) -> None:
    _to_member(envelope, member_facts(event.member_id), TeamNews.JOINED)


@subscribe(events.MembershipDeclined)
def membership_declined(event: events.MembershipDeclined, envelope: Envelope) -> None:
    _to_member(envelope, member_facts(event.member_id), TeamNews.DECLINED)


@subscribe(events.MemberLeft)
def member_left(event: events.MemberLeft, envelope: Envelope) -> None:
    """Who leaves knows it."""
    news = {"part": TeamNews.REMOVED, "end": TeamNews.CLOSED}.get(event.how)
    if news is not None:
        _to_member(envelope, member_facts(event.member_id), news)


# --- Posts ---
@subscribe(events.NominationMade)
def nomination_made(event: events.NominationMade, envelope: Envelope) -> None:
    """Who is nominated is asked first; then the community looks at it."""
    found = appointment_facts(event.appointment_id)
    if event.how == "nominate":
        _to_nominee(envelope, found, PostNews.ASKED)
    else:
        _to_do(envelope, found, PostNews.TO_REVIEW, _at_community(envelope, ("community",)))


@subscribe(events.AppointmentMoved)
def appointment_moved(event: events.AppointmentMoved, envelope: Envelope) -> None:
    found = appointment_facts(event.appointment_id)
    if event.step == "review":
        deciders = [each for each in _deciders(envelope) if each.pk != found.reviewer_id]
        _to_do(envelope, found, PostNews.TO_DECIDE, deciders)
    elif event.step in MOVED:
        _to_nominee(envelope, found, MOVED[event.step])


@subscribe(events.AppointmentPublicised)
def appointment_publicised(event: events.AppointmentPublicised, envelope: Envelope) -> None:
    _to_nominee(envelope, appointment_facts(event.appointment_id), PostNews.PUBLICITY)


@subscribe(events.AppointmentObjected)
def appointment_objected(event: events.AppointmentObjected, envelope: Envelope) -> None:
    """Who decides looks into it; whom it is about does not hear of it before it is answered."""
    _to_do(envelope, appointment_facts(event.appointment_id), PostNews.OBJECTED, _deciders(envelope))


@subscribe(events.AppointmentPublicityOver)
def publicity_over(event: events.AppointmentPublicityOver, envelope: Envelope) -> None:
    _to_do(envelope, appointment_facts(event.appointment_id), PostNews.PUBLICITY_OVER, _deciders(envelope))


@subscribe(events.PostAppointed)
def post_appointed(event: events.PostAppointed, envelope: Envelope) -> None:
    _to_nominee(envelope, appointment_facts(event.appointment_id), PostNews.APPOINTED)


@subscribe(events.PostTermEndsSoon)
def term_ends_soon(event: events.PostTermEndsSoon, envelope: Envelope) -> None:
    """Both: the one in office, and who fills the post anew."""
    found = appointment_facts(event.appointment_id)
    _to_nominee(envelope, found, PostNews.SOON)
    _to_do(envelope, found, PostNews.SOON, _at_community(envelope, ("community_head",)))


@subscribe(events.PostEnded)
def post_ended(event: events.PostEnded, envelope: Envelope) -> None:
    found = appointment_facts(event.appointment_id)
    if event.how == "resign":
        _to_do(envelope, found, PostNews.RESIGNED, _at_community(envelope, ("community", "community_head")))
        return
    _to_nominee(envelope, found, PostNews.EXPIRED if event.how == "expire" else PostNews.REMOVED)


# --- Joint prevention, the reserve ---
@subscribe(events.PreventionNoticeSent)
def prevention_sent(event: events.PreventionNoticeSent, envelope: Envelope) -> None:
    """Those in the area who agreed to it, and never in the peak hours."""
    found, persons = audience_of(event.notice_id)
    path = reverse("volunteering:prevention_one", args=[found.public_id])
    facts = {"heading": found.title, "path": path}
    tell(_for(person, envelope, Kind.PREVENTION, facts) for person in persons)


@subscribe(events.ReserveAsked)
def reserve_asked(event: events.ReserveAsked, envelope: Envelope) -> None:
    """The person alone; an application waits in the list of those who read it."""
    if event.state in ("applied", "withdrawn"):
        return
    found = reserve_facts(event.candidate_id)
    facts = {"reserve": event.state, "path": reverse("volunteering:own_reserve")}
    tell([_for(found.person_id, envelope, Kind.RESERVE, facts)])


def _to_member(envelope: Envelope, member: MemberFacts, news: TeamNews) -> None:
    is_gone = news == TeamNews.CLOSED
    path = (
        reverse("volunteering:teams")
        if is_gone
        else reverse("volunteering:team", args=[member.team.public_id])
    )
    facts = {"place": member.team.name, "team": news.value, "path": path}
    tell([_for(member.person_id, envelope, Kind.TEAM_NEWS, facts)])


def _to_nominee(envelope: Envelope, found: AppointmentFacts, news: PostNews) -> None:
    if found.person_id is None:
        return
    path = reverse("volunteering:own_post", args=[found.public_id])
    facts = {"post": found.kind, "news": news.value, "path": path}
    tell([_for(found.person_id, envelope, Kind.POST_NEWS, facts)])


def _to_do(envelope: Envelope, found: AppointmentFacts, news: PostNews, staff: Iterable[Assignment]) -> None:
    path = reverse("volunteering:appointment", args=[found.public_id])
    _to_staff(envelope, staff, Kind.POST_TODO, {"post": found.kind, "news": news.value, "path": path})


def _to_staff(envelope: Envelope, staff: Iterable[Assignment], kind: Kind, facts: dict[str, str]) -> None:
    notices = services.for_staff(
        assignments=list({each.pk: each for each in staff}.values()),
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts=facts,
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)


def _for(person_id: int, envelope: Envelope, kind: Kind, facts: dict[str, str]) -> Notice:
    return services.for_reporter(
        person_id=person_id,
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts=facts,
        is_urgent=False,
        now=envelope.occurred_at,
    )


def _deciders(envelope: Envelope) -> list[Assignment]:
    return [*_at_community(envelope, ("community_head",)), *at_street(envelope, ("street_lead",))]


def _at_community(envelope: Envelope, roles: tuple[str, ...]) -> list[Assignment]:
    """Where the post is for a whole street, its leader stands in for a community."""
    code = envelope.scope_code[: LEVELS["community"]]
    if not code[LEVELS["street"] :].strip("0"):
        return at_street(envelope, ("street_lead",))
    return assignments_at(roles=roles, scope_code=padded(code), now=envelope.occurred_at)
