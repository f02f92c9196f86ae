"""Where somebody is at home in this city, by the opaque subject: for what has to be looked at by somebody there."""

from uuid import UUID

from nuanxin.people.models import Assignment, WorkerProfile
from nuanxin.people.queries.communities import home_territory


def scope_of(subject_id: UUID) -> str:
    """The declared community, else where the first role is, else the whole city."""
    declared = WorkerProfile.objects.filter(person__subject__pk=subject_id)
    found = declared.values_list("scope_code", flat=True).first()
    if not found:
        roles = Assignment.objects.filter(person__subject__pk=subject_id).exclude(scope_code="")
        found = roles.order_by("pk").values_list("scope_code", flat=True).first()
    return found or home_territory()
