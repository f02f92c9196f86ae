"""Who may do what with a case: one rule for each permission, one `Q` from each rule.

The extent (`own`, `area`, `org`, `site`, `all`) comes from the role × action matrix (`domain.md` §10.2).
"""

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from nuanxin.cases.enums import TaskRole, Visibility
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
    """Somebody of another organisation than the one that handled it (`domain.md` §2.1)."""
    reach = _case_q("cases.verify", actor)
    if actor.organisation_id is None:
        return reach
    return reach & ~Q(handled_by=actor.organisation_id)


def _reopen(actor: Actor) -> Q:
    """The reporter, once, while it may still be rated."""
    return _own(actor) & Q(reopened_count=0)


def _task_q(*roles: str) -> Rule:
    """Tasks of the actor's own organisation in one of the roles."""

    def rule(actor: Actor) -> Q:
        if actor.organisation_id is None:
            return NOTHING
        return Q(organisation=actor.organisation_id, role__in=roles)

    return rule


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
register("cases.claim", _task_q(TaskRole.COMMUNITY))
register("cases.self_handle", _task_q(TaskRole.COMMUNITY))
register("cases.call_in", _task_q(TaskRole.COMMUNITY))
register("cases.accept", _task_q(*UNIT_ROLES))
register("cases.start", _task_q(*UNIT_ROLES))
register("cases.submit_result", _task_q(*UNIT_ROLES))
register("cases.make_safe", _task_q(*TaskRole.values))
register("cases.return", _task_q(*TaskRole.values))
