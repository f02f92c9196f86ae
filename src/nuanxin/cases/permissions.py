"""Who may do what with a case: one rule for each permission, one `Q` from each rule.

The extent (`own`, `area`, `org`, `site`, `all`) comes from the role × action matrix (`domain.md` §10.2).
"""

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from nuanxin.cases.enums import Desk, TaskRole, Visibility
from nuanxin.kernel.access import NOTHING, Actor, register, scope_q
from nuanxin.kernel.access.policy import Rule

UNIT_ROLES = (TaskRole.LEAD, TaskRole.ASSIST)


def _own(actor: Actor) -> Q:
    return Q(reporter__subject_id=actor.subject_id) if actor.subject_id else NOTHING


def _with_task_of(actor: Actor) -> Q:
    if actor.organisation_id is None:
        return NOTHING
    task = apps.get_model("cases", "Task")
    return Q(Exists(task._default_manager.filter(case=OuterRef("pk"), organisation=actor.organisation_id)))


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


def _verify(actor: Actor) -> Q:
    """Somebody of another organisation than the one that handled it, and neither the one who reported it nor, in
    another role, the one who handed its result in (`domain.md` §2.1, §10.2).
    """
    reach = _case_q("cases.verify", actor) & ~_own(actor) & ~_handed_in_by(actor)
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


register("cases.report")
register("cases.report_for")
register("cases.search")
register("cases.export", _on_cases("cases.export"))
register("cases.view", _on_cases("cases.view"))
register("cases.view_own", _own)
register("cases.screen", _on_cases("cases.screen"))
register("cases.file", _on_cases("cases.file"))
register("cases.reject", _on_cases("cases.reject"))
register("cases.dispatch", _on_cases("cases.dispatch"))
register("cases.verify", _verify)
register("cases.supervise", _on_cases("cases.supervise"))
register("cases.ask", _on_cases("cases.ask"))
register("cases.break_glass", _on_cases("cases.break_glass"))
register("cases.rate", _own)
register("cases.reopen", _reopen)
register("cases.answer", _own)
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
_on_tasks("cases.return", *TaskRole.values)
