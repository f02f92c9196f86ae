"""What shows only when cases are seen together: it came back (反弹), or the same keeps happening here (未诉先办)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, Visibility
from nuanxin.cases.events import CaseRecurred, TopicProposed
from nuanxin.cases.models import Case, RootCause, TopicProposal
from nuanxin.cases.queries.duplicates import length
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.queries.patterns import closed_here_before, kinds_count
from nuanxin.cases.queries.routing import territorial_owner
from nuanxin.cases.services.steps import MissingField, announce
from nuanxin.compounds.models import Compound
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, NotFound
from nuanxin.kernel.events import publish
from nuanxin.kernel.worktime import SHANGHAI, due_at
from nuanxin.kernel.worktime.services import calendar_for


class CauseKnown(Conflict):
    default_message = _("这件的根本原因已经查清了。")
    default_hint = _("刷新就能看到；有新情况请写在案件里。")


def notice_recurrence(*, case_id: int, now: datetime) -> RootCause | None:
    """A case that has been filed: was the same closed here lately? Then its organisation finds out why; once a pair.

    Publishes `CaseRecurred`.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
        earlier = closed_here_before(case)
        organisation_id = _repaired_by(earlier) if earlier else None
        if earlier is None or organisation_id is None:
            return None
        limit = handling_limits().root_cause_within
        due = due_at(now, limit, calendar_for(case.scope_code, now.astimezone(SHANGHAI).date())).at
        cause, created = RootCause.objects.get_or_create(
            case=case,
            earlier=earlier,
            defaults={"organisation_id": organisation_id, "opened_at": now, "due_at": due},
        )
        if not created:
            return None
        Case.objects.filter(pk=case.pk).update(recurs=earlier)
        happened = CaseRecurred(
            case_id=case.pk,
            number=case.number,
            category=case.category_id,
            earlier_id=earlier.pk,
            earlier_number=earlier.number,
            root_cause_id=cause.pk,
            organisation_id=organisation_id,
        )
        announce(case, happened, now=now)
    return cause


def _repaired_by(case: Case) -> int | None:
    if case.handled_by_id or case.lead_organisation_id:
        return case.handled_by_id or case.lead_organisation_id
    owner = territorial_owner(case.scope_code)
    return owner.organisation.pk if owner else None


def find_cause(*, actor: Actor, cause_id: int, finding: str, measures: str, now: datetime) -> RootCause:
    """Say why it came back and what will be done about it. Raises `NotFound`, `MissingField`, `CauseKnown`."""
    if not policy.permits(actor, "cases.root_causes"):
        raise NotFound
    problems = {}
    if not finding.strip():
        problems["finding"] = _("请写为什么又出现：没修到根上、材料、管理，还是别的。")
    if not measures.strip():
        problems["measures"] = _("请写打算怎么办、谁办、到什么时候。")
    with transaction.atomic():
        rows = RootCause.objects.select_for_update(of=("self",)).select_related("case")
        cause = rows.filter(policy.rule("cases.root_causes", actor), pk=cause_id).first()
        if cause is None or cause.organisation_id != actor.organisation_id:
            raise NotFound
        if cause.done_at is not None:
            raise CauseKnown
        if problems:
            raise MissingField(fields=problems)
        cause.finding, cause.measures = finding.strip(), measures.strip()
        cause.done_at, cause.assignment_id = now, actor.assignment_id
        cause.save(update_fields=["finding", "measures", "done_at", "assignment_id"])
        audit.record(
            actor=actor,
            action="cases.find_cause",
            object_type="cases.case",
            object_id=cause.case.number,
            scope_code=cause.case.scope_code,
            detail={"root_cause": cause.pk},
            now=now,
        )
    return cause


def propose_topic(*, case_id: int, now: datetime) -> TopicProposal | None:
    """A case that has been filed: is it one too many of its kind in its compound? One proposal for each window.

    Publishes `TopicProposed`.
    """
    limits = handling_limits()
    with transaction.atomic():
        case = Case.objects.get(pk=case_id)
        if case.compound_id is None or case.visibility == Visibility.CONFIDENTIAL:
            return None
        if case.state in {CaseState.MERGED, CaseState.REJECTED}:
            return None
        since = now - length(limits.topic_within)
        count = kinds_count(case, since=since, until=now)
        if count < limits.topic_cases:
            return None
        compound = Compound.objects.select_for_update(of=("self",)).get(pk=case.compound_id)
        lately = TopicProposal.objects.filter(
            compound=compound, category=case.category_id, proposed_at__gt=since
        )
        if lately.exists():
            return None
        topic = TopicProposal.objects.create(
            compound=compound,
            category_id=case.category_id,
            scope_code=compound.scope_code,
            count=count,
            since=since,
            proposed_at=now,
        )
        publish(
            TopicProposed(topic.pk, compound.pk, case.category_id, count),
            scope_code=compound.scope_code,
            now=now,
        )
    return topic
