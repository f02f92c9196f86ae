"""Who may do what with a case: one rule for each permission, one `Q` from each rule.

The extent (`own`, `area`, `org`, `site`, `all`) comes from the role × action matrix (`domain.md` §10.2).
"""

from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from nuanxin.cases.enums import AboutParty, Desk, TaskRole, Visibility
from nuanxin.kernel.access import NOTHING, Actor, level_of, register, scope_q
from nuanxin.kernel.access.policy import Rule

UNIT_ROLES = (TaskRole.LEAD, TaskRole.ASSIST)
STREET_OFFICE = "JD"
# Whose own conduct a kind of report is about (`queries/parties.py`), by the role in which they would read it.
PARTY_OF_ROLE = {
    "property": AboutParty.MANAGER,
    "guard": AboutParty.MANAGER,
    "merchant": AboutParty.HOST,
    "clinic": AboutParty.HOST,
    "station": AboutParty.HOST,
}


def _own(actor: Actor) -> Q:
    return Q(reporter__subject_id=actor.subject_id) if actor.subject_id else NOTHING


def _followed(actor: Actor) -> Q:
    """What the actor has reported or seen too; one list, so that it is found from the person, however many cases."""
    if actor.subject_id is None:
        return NOTHING
    reported = apps.get_model("cases", "Reporter")._default_manager.filter(subject_id=actor.subject_id)
    seen = apps.get_model("cases", "Confirmation")._default_manager.filter(subject_id=actor.subject_id)
    return Q(pk__in=reported.values("case").union(seen.values("case"), all=True))


def _concerning(actor: Actor) -> Q:
    """Those, and the cases into which the actor's reports were merged."""
    if actor.subject_id is None:
        return NOTHING
    case = apps.get_model("cases", "Case")._default_manager
    merged = case.filter(parent__isnull=False, reporter__subject_id=actor.subject_id).values("parent")
    seen = case.filter(parent__isnull=False, confirmations__subject_id=actor.subject_id).values("parent")
    return _followed(actor) | Q(pk__in=merged.union(seen, all=True))


def _with_task_of(actor: Actor) -> Q:
    if actor.organisation_id is None:
        return NOTHING
    task = apps.get_model("cases", "Task")
    own = task._default_manager.filter(case=OuterRef("pk"), organisation=actor.organisation_id)
    return Q(Exists(own)) & _not_about_them(actor)


def _not_about_them(actor: Actor) -> Q:
    """What was given to them before it turned out to be a complaint about them is closed to them from then on."""
    about = PARTY_OF_ROLE.get(actor.role)
    if about is None:
        return Q()
    category = apps.get_model("cases", "Category")
    return ~Q(category__in=category._default_manager.filter(about_party=about).values("pk"))


def _not_confidential(permission: str, actor: Actor) -> Q:
    """People in need, crimes and rescues under way are open to named roles only (`domain.md` §0.3 law 23)."""
    if actor.sees_confidential(permission):
        return Q()
    return ~Q(visibility=Visibility.CONFIDENTIAL)


def _case_q(permission: str, actor: Actor) -> Q:
    """The cases that the grant reaches."""
    match actor.extent(permission):
        case "own":
            return _own(actor)
        case "area":
            return scope_q(actor.scope_code) & _not_confidential(permission, actor)
        case "org" | "site":
            return _with_task_of(actor) & _not_confidential(permission, actor)
        case "all":
            return _not_confidential(permission, actor)
    return NOTHING


def _on_cases(permission: str) -> Rule:
    return lambda actor: _case_q(permission, actor)


def _whistled(actor: Actor, **answered: bool) -> Any:
    """The cases about which the actor's organisation has been called to a consultation that is still open."""
    party = apps.get_model("cases", "ConsultationParty")
    return party._default_manager.filter(
        organisation=actor.organisation_id, consultation__ended_at__isnull=True, **answered
    )


def _view(actor: Actor) -> Q:
    """A unit also reads what it has been whistled for, as long as the consultation lasts, without a task of its own.

    One list of both, so that a unit's cases are found from the unit, however many cases there are.
    """
    if actor.extent("cases.view") not in {"org", "site"} or actor.organisation_id is None:
        return _case_q("cases.view", actor)
    task = apps.get_model("cases", "Task")
    tasks = task._default_manager.filter(organisation=actor.organisation_id).values("case")
    called = _whistled(actor).order_by().values("consultation__case")
    own = Q(pk__in=tasks.union(called, all=True))
    return own & _not_confidential("cases.view", actor) & _not_about_them(actor)


def _attend(actor: Actor) -> Q:
    """Whoever was called answers for the own organisation."""
    if actor.organisation_id is None:
        return NOTHING
    called = _whistled(actor).filter(consultation__case=OuterRef("pk"))
    return Q(Exists(called)) & _not_confidential("cases.attend", actor)


def _call_off(actor: Actor) -> Q:
    """Whoever whistled, by the own organisation; and the street's leader, who answers for the street."""
    consultation = apps.get_model("cases", "Consultation")
    opened = consultation._default_manager.filter(case=OuterRef("pk"), ended_at__isnull=True)
    match actor.extent("cases.call_off"):
        case "org" if actor.organisation_id is not None:
            opened = opened.filter(called_by=actor.organisation_id)
        case "area":
            pass
        case _:
            return NOTHING
    return Q(Exists(opened)) & scope_q(actor.scope_code) & _not_confidential("cases.call_off", actor)


def _ask_for_time(actor: Actor) -> Q:
    """The task of the unit that leads the case: the lead's, or the community's where no unit has been given it."""
    if actor.organisation_id is None:
        return NOTHING
    own = Q(organisation=actor.organisation_id, case__lead_organisation=actor.organisation_id)
    if actor.sees_confidential("cases.request_extension"):
        return own
    return own & ~Q(case__visibility=Visibility.CONFIDENTIAL)


def _give_time(actor: Actor) -> Q:
    """One level up, never the asking organisation's own: the street decides for those who work for it, the level
    above it for the street itself (`domain.md` §2.3).
    """
    if actor.extent("cases.decide_extension") != "area" or not actor.scope_code:
        return NOTHING
    reach = scope_q(actor.scope_code, "case__") & ~Q(organisation=actor.organisation_id)
    if level_of(actor.scope_code) not in {"street", "community", "grid"}:
        reach &= Q(organisation__unit_type=STREET_OFFICE)
    if actor.person_id is not None:
        assignment = apps.get_model("people", "Assignment")
        own = assignment._default_manager.filter(person=actor.person_id).values("pk")
        reach &= ~Q(assignment_id__in=own)
    if actor.sees_confidential("cases.decide_extension"):
        return reach
    return reach & ~Q(case__visibility=Visibility.CONFIDENTIAL)


def _verify(actor: Actor) -> Q:
    """Somebody of another organisation than the one that handled it, and neither the one who reported it nor, in
    another role, the one who handed its result in (`domain.md` §2.1, §10.2).
    """
    reach = _case_q("cases.verify", actor) & ~_concerning(actor) & ~_handed_in_by(actor)
    if actor.organisation_id is None:
        return reach
    return reach & ~Q(handled_by=actor.organisation_id)


def _handed_in_by(actor: Actor) -> Q:
    """Cases whose result this person handed in, in whichever assignment."""
    if actor.person_id is None:
        return NOTHING
    log, assignment = apps.get_model("cases", "CaseLog"), apps.get_model("people", "Assignment")
    own = assignment._default_manager.filter(person=actor.person_id).values("pk")
    results = log._default_manager.filter(
        case=OuterRef("pk"), action__in=["submit_result", "self_handle"], assignment_id__in=own
    )
    return Q(Exists(results))


def _reopen(actor: Actor) -> Q:
    """The reporter, once, while it may still be rated."""
    return _own(actor) & Q(reopened_count=0)


def _handed_off(permission: str) -> Rule:
    """Cases that wait for a receipt from elsewhere."""

    def rule(actor: Actor) -> Q:
        row = apps.get_model("cases", "HandOff")
        waits = row._default_manager.filter(case=OuterRef("pk"), answered_at=None, withdrawn_at=None)
        return _case_q(permission, actor) & Q(Exists(waits))

    return rule


def _on_tasks(permission: str, *roles: str, while_handled: bool = False) -> None:
    """Tasks of the actor's own organisation in one of the roles; of confidential cases for named roles only.

    `while_handled`: only as long as the case is with its handlers; what is being verified is not handled once more.
    """

    def rule(actor: Actor) -> Q:
        if actor.organisation_id is None:
            return NOTHING
        own = Q(organisation=actor.organisation_id, role__in=roles)
        if while_handled:
            own &= Q(case__desk=Desk.HANDLE)
        return (
            own if actor.sees_confidential(permission) else own & ~Q(case__visibility=Visibility.CONFIDENTIAL)
        )

    register(permission, rule)


def _own_views(actor: Actor) -> Q:
    """Views of the queue: of this person, in this role."""
    return Q(person=actor.person_id, role=actor.role) if actor.person_id else NOTHING


def _in_area(permission: str) -> Rule:
    """Rows that lie in a territory and are about nobody."""

    def rule(actor: Actor) -> Q:
        return scope_q(actor.scope_code) if actor.extent(permission) == "area" else NOTHING

    return rule


def _root_causes(actor: Actor) -> Q:
    """Of the own organisation; whoever oversees an area reads all of it."""
    own = Q(organisation=actor.organisation_id) if actor.organisation_id else NOTHING
    open_to_all = ~Q(case__visibility=Visibility.CONFIDENTIAL)
    if actor.extent("cases.root_causes") == "area":
        return (own | scope_q(actor.scope_code, "case__")) & open_to_all
    return own & open_to_all


def _own_assignments(actor: Actor) -> Any:
    assignment = apps.get_model("people", "Assignment")
    return assignment._default_manager.filter(person=actor.person_id).values("pk")


def _at_work_on(permission: str) -> Rule:
    """Cases in which the actor's organisation has the lead's or the community's part in hand."""

    def rule(actor: Actor) -> Q:
        if actor.organisation_id is None:
            return NOTHING
        tasks = apps.get_model("cases", "Task")._default_manager.filter(
            case=OuterRef("pk"),
            organisation=actor.organisation_id,
            role__in=(TaskRole.LEAD, TaskRole.COMMUNITY),
            ended_at=None,
        )
        return Q(Exists(tasks), desk=Desk.HANDLE) & _not_confidential(permission, actor)

    return rule


def _had_part_in(permission: str) -> Rule:
    """Cases in which the actor's organisation has or had a part."""
    return lambda actor: _with_task_of(actor) & _not_confidential(permission, actor)


def _asked_after(permission: str) -> Rule:
    """Cases about which the actor's organisation is asked and has not answered yet (督办)."""

    def rule(actor: Actor) -> Q:
        if actor.organisation_id is None:
            return NOTHING
        asked = apps.get_model("cases", "Supervision")._default_manager.filter(
            case=OuterRef("pk"), organisation=actor.organisation_id, ended_at=None, replied_at=None
        )
        return Q(Exists(asked)) & _not_confidential(permission, actor)

    return rule


def _others_requests(permission: str) -> Rule:
    """What another organisation, and another person, has asked for in the area: nobody decides their own."""

    def rule(actor: Actor) -> Q:
        reach = Q() if actor.extent(permission) == "all" else scope_q(actor.scope_code, "case__")
        if actor.organisation_id is not None:
            reach &= ~Q(organisation=actor.organisation_id)
        if actor.person_id is not None:
            reach &= ~Q(assignment_id__in=_own_assignments(actor))
        if actor.sees_confidential(permission):
            return reach
        return reach & ~Q(case__visibility=Visibility.CONFIDENTIAL)

    return rule


def _contested(permission: str) -> Rule:
    """Appeals of others; and not against what one has decided oneself."""
    others = _others_requests(permission)

    def rule(actor: Actor) -> Q:
        if actor.person_id is None:
            return others(actor)
        return others(actor) & ~Q(log__isnull=False, log__assignment_id__in=_own_assignments(actor))

    return rule


def _own_appeals(actor: Actor) -> Q:
    """Of the own organisation, by somebody else."""
    if actor.organisation_id is None or actor.person_id is None:
        return NOTHING
    return Q(organisation=actor.organisation_id) & ~Q(assignment_id__in=_own_assignments(actor))


def _publish(actor: Actor) -> Q:
    """Solved cases of the area; not by the organisation, or in another role the person, that handled one, and not by
    whoever reported it (`domain.md` §8: content is looked at by somebody else before it is public).
    """
    if actor.extent("cases.publish") not in {"area", "all"}:
        return NOTHING
    reach = Q() if actor.extent("cases.publish") == "all" else scope_q(actor.scope_code)
    if actor.organisation_id is not None:
        reach &= ~Q(case__handled_by__isnull=False, case__handled_by=actor.organisation_id)
    if actor.subject_id is not None:
        reach &= ~Q(case__reporter__subject_id__isnull=False, case__reporter__subject_id=actor.subject_id)
    if actor.person_id is None:
        return reach
    log = apps.get_model("cases", "CaseLog")
    handed_in = log._default_manager.filter(
        case=OuterRef("case"),
        action__in=["submit_result", "self_handle"],
        assignment_id__in=_own_assignments(actor),
    )
    return reach & ~Q(Exists(handed_in))


def _release(actor: Actor) -> Q:
    """Pictures of the area, on the way to the public: not by whoever handled the case, nor by whoever reported it."""
    match actor.extent("cases.release_picture"):
        case "area":
            reach = scope_q(actor.scope_code, "case__")
        case "all":
            reach = Q()
        case _:
            return NOTHING
    reach &= ~Q(case__visibility=Visibility.CONFIDENTIAL)
    case = apps.get_model("cases", "Case")._default_manager
    if actor.organisation_id is not None:
        reach &= ~Q(case__handled_by=actor.organisation_id)
    if actor.person_id is not None:
        reach &= ~Q(case__in=case.filter(_handed_in_by(actor)).values("pk"))
    if actor.subject_id is not None:
        reach &= ~Q(case__in=case.filter(_concerning(actor)).values("pk"))
    return reach


register("cases.report")
register("cases.report_for")
register("cases.search")
register("cases.export", _on_cases("cases.export"))
register("cases.view", _view)
register("cases.view_own", _followed)
register("cases.screen", _on_cases("cases.screen"))
register("cases.file", _on_cases("cases.file"))
register("cases.reject", _on_cases("cases.reject"))
register("cases.recategorise", _on_cases("cases.recategorise"))
register("cases.dispatch", _on_cases("cases.dispatch"))
register("cases.verify", _verify)
register("cases.merge", _on_cases("cases.merge"))
register("cases.root_causes", _root_causes)
register("cases.topics", _in_area("cases.topics"))
register("cases.consult", _on_cases("cases.consult"))
register("cases.attend", _attend)
register("cases.conclude", _on_cases("cases.conclude"))
register("cases.call_off", _call_off)
register("cases.request_extension", _ask_for_time)
register("cases.decide_extension", _give_time)
register("cases.supervise", _on_cases("cases.supervise"))
register("cases.supervise_key", _on_cases("cases.supervise_key"))
register("cases.remind", _on_cases("cases.remind"))
register("cases.reply_supervision", _asked_after("cases.reply_supervision"))
register("cases.request_shelving", _at_work_on("cases.request_shelving"))
register("cases.decide_shelving", _others_requests("cases.decide_shelving"))
register("cases.appeal", _had_part_in("cases.appeal"))
register("cases.precheck_appeal", _contested("cases.precheck_appeal"))
register("cases.opine_appeal", _own_appeals)
register("cases.decide_appeal", _contested("cases.decide_appeal"))
register("cases.transfer", _handed_off("cases.transfer"))
register("cases.ask", _on_cases("cases.ask"))
register("cases.break_glass", _on_cases("cases.break_glass"))
register("cases.rate", _followed)
register("cases.reopen", _reopen)
register("cases.answer", _own)
register("cases.offer_publication", _own)
register("cases.publish", _publish)
register("cases.supplement", _own)
register("cases.hear", _on_cases("cases.hear"))
register("cases.keep_views", _own_views)
register("cases.bulletin", _in_area("cases.bulletin"))
register("cases.release_picture", _release)
register("cases.board")
register("cases.hold")
register("cases.categories")
register("cases.view_categories")
# On tasks:
_on_tasks("cases.claim", TaskRole.COMMUNITY)
_on_tasks("cases.self_handle", TaskRole.COMMUNITY, while_handled=True)
_on_tasks("cases.call_in", TaskRole.COMMUNITY, while_handled=True)
_on_tasks("cases.accept", *UNIT_ROLES)
_on_tasks("cases.start", *UNIT_ROLES)
_on_tasks("cases.submit_result", *UNIT_ROLES)
_on_tasks("cases.make_safe", *TaskRole.values)
_on_tasks("cases.measure", *TaskRole.values, while_handled=True)
_on_tasks("cases.penalise", *TaskRole.values, while_handled=True)
_on_tasks("cases.plan_repair", TaskRole.LEAD, while_handled=True)
_on_tasks("cases.return", *TaskRole.values)
