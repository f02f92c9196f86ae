"""Every state × every action × every role, generated from the tables; and, by hand, who may do what at all."""

from datetime import timedelta

import pytest
from django.db import transaction

from nuanxin.cases import services
from nuanxin.cases.enums import CaseState, TaskRole, TaskState
from nuanxin.cases.models import Case, CaseLog, Clock, Task
from nuanxin.cases.services import Draft, StepInput
from nuanxin.cases.services.consulting import NotConsulting
from nuanxin.cases.services.handling import AcceptedAlready, TooLateToReturn, UnitsAtWork
from nuanxin.cases.services.performing import perform_step
from nuanxin.cases.workflow import CASE, TASK
from nuanxin.kernel.access import SYSTEM, policy
from nuanxin.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from tests.factories.town import LAT, LNG, PEOPLE

MINUTE = timedelta(minutes=1)


class Story:
    """Brings a case to a state, by the shortest way through the services."""

    def __init__(self, town, photo):
        self.town, self.photo, self.now = town, photo, town.now

    def tick(self):
        self.now += MINUTE
        return self.now

    def report(self):
        other = Draft(category="0302", text="井箅子松了", lng=LNG + 0.002, lat=LAT + 0.002)
        services.report_case(
            actor=self.town["other_worker"], draft=other, key=f"other-{self.now.timestamp()}", now=self.tick()
        )
        draft = Draft(category="0302", text="井箅子翻起来了", lng=LNG + 0.002, lat=LAT + 0.002)
        self.case = services.report_case(
            actor=self.town["worker"], draft=draft, key=f"key-{self.now.timestamp()}", now=self.tick()
        ).case

    def task(self, role):
        return Task.objects.select_related("organisation").get(case=self.case, role=role, ended_at=None)

    def do(self, who, name, role=None, **given):
        task = self.task(role) if role else None
        self.case = perform_step(
            actor=self.town[who],
            case=Case.objects.get(pk=self.case.pk),
            task=task,
            name=name,
            given=self.given(**given),
            now=self.tick(),
        )

    def other_number(self):
        """Of the report that another one may be merged into."""
        return Case.objects.exclude(pk=self.case.pk).values_list("number", flat=True).first() or ""

    def given(self, **more):
        water, gas = (self.town.organisations[key].public_id for key in ("water", "gas"))
        values = {
            "opinion": "说明",
            "outcome": "solved",
            "lead": water,
            "units": (gas,),
            "parent": self.other_number(),
            "basis": "《职责清单》第 3 条",
            "unfinished": "说明",
            "photos": (self.photo("before"), self.photo("after", "#137A4B")),
            **more,
        }
        return StepInput(**values)

    WAY = (
        (CaseState.SCREENING, ("dispatcher", "screen")),
        (CaseState.FILED, ("dispatcher", "file")),
        (CaseState.DISPATCHED, ("dispatcher", "dispatch")),
        (CaseState.CLAIMED, ("community", "claim", TaskRole.COMMUNITY)),
        (CaseState.ACCEPTED, ("water", "accept", TaskRole.LEAD)),
        (CaseState.IN_PROGRESS, ("water", "start", TaskRole.LEAD)),
        (CaseState.RESULT_SUBMITTED, ("water", "submit_result", TaskRole.LEAD)),
        (CaseState.VERIFYING, ("dispatcher", "verify")),
        (CaseState.CLOSED, ("dispatcher", "pass")),
    )

    def reach(self, state):
        self.report()
        if state == CaseState.REJECTED:
            self.do("dispatcher", "reject", reason="7")
        elif state == CaseState.MERGED:
            self.do("dispatcher", "merge")
        elif state == CaseState.RETURNED:
            self._along(CaseState.DISPATCHED)
            self.do("water", "return", TaskRole.LEAD, reason="R2")
        elif state == CaseState.REWORK:
            self._along(CaseState.RESULT_SUBMITTED)
            self.do("dispatcher", "fail")
        elif state == CaseState.REOPENED:
            self._along(CaseState.CLOSED)
            self.do("worker", "reopen")
        elif state == CaseState.ARCHIVED:
            self._along(CaseState.CLOSED)
            self.now += timedelta(days=8)
            while services.archive_cases(now=self.now):
                pass
        elif state != CaseState.REPORTED:
            self._along(state)
        self.case = Case.objects.get(pk=self.case.pk)
        assert self.case.state == state

    def _along(self, state):
        for reached, step in self.WAY:
            self.do(*step)
            if reached == state:
                return


@pytest.fixture
def story(town, photo):
    return Story(town, photo)


def fingerprint(case):
    """All that a refused step must leave alone."""
    return (
        Case.objects.filter(pk=case.pk).values().get(),
        list(Task.objects.filter(case=case).order_by("pk").values()),
        list(Clock.objects.filter(case=case).order_by("pk").values()),
        CaseLog.objects.filter(case=case).count(),
    )


def attempt(story, actor, name, task):
    """What the service does: the error it raises, or None. Undone afterwards."""
    given = story.given(reason="7" if name == "reject" else "R2")
    with transaction.atomic():
        try:
            with transaction.atomic():
                perform_step(
                    actor=actor, case=story.case, task=task, name=name, given=given, now=story.now + MINUTE
                )
            error = None
        except DomainError as raised:
            error = raised
        transaction.set_rollback(True)
    return error


@pytest.mark.parametrize("state", [state for state in CaseState if state != CaseState.ARCHIVED])
def test_case_moves_by_table(story, state):
    """In this state each role may do exactly what table and rule say; all else is refused and changes nothing."""
    story.reach(state)
    before = fingerprint(story.case)
    for key, *_ in PEOPLE:
        actor = story.town[key]
        for move in CASE.transitions.values():
            if move.permission == "system":
                continue
            legal = state in move.sources or (move.name == "dispatch" and state in CASE["file"].sources)
            permitted = policy.permits(actor, move.permission) and policy.allows(
                actor, move.permission, story.case
            )
            error = attempt(story, actor, move.name, None)
            where = f"{key} {move.name} in {state}"
            if not permitted:
                assert isinstance(error, NotAllowed | NotFound), where
            elif not legal:
                assert isinstance(error, Conflict), where
            elif error is not None:  # legal by the table; a guard of its own may still say no
                assert isinstance(error, NotConsulting), f"{where}: {error}"
        assert fingerprint(story.case) == before, f"{key}: a refused step must change nothing"


TASK_STATES = {
    TaskState.DISPATCHED: CaseState.DISPATCHED,
    TaskState.CLAIMED: CaseState.CLAIMED,
    TaskState.ACCEPTED: CaseState.ACCEPTED,
    TaskState.IN_PROGRESS: CaseState.IN_PROGRESS,
    TaskState.RESULT_SUBMITTED: CaseState.RESULT_SUBMITTED,
    TaskState.DONE: CaseState.CLOSED,
}


@pytest.mark.parametrize("state", TASK_STATES)
def test_task_moves_by_table(story, state):
    story.reach(TASK_STATES[state])
    for task in Task.objects.filter(case=story.case).select_related("organisation"):
        for key, *_ in PEOPLE:
            actor = story.town[key]
            for move in TASK.transitions.values():
                if move.permission == "system":
                    continue
                permitted = policy.permits(actor, move.permission) and policy.allows(
                    actor, move.permission, task
                )
                error = attempt(story, actor, move.name, task)
                where = f"{key} {move.name} on {task.role} {task.state}"
                if not permitted:
                    assert isinstance(error, NotAllowed | NotFound), where
                elif task.state not in move.sources:
                    assert isinstance(error, Conflict), where
                elif error is not None:  # legal by the table; a guard of its own may still say no
                    guards = UnitsAtWork | TooLateToReturn | AcceptedAlready
                    assert isinstance(error, guards), f"{where}: {error}"


# By hand from `domain.md` §10.2: who, with a case of 枫桥社区 in the right state, may press which button.
WHO_MAY = {
    "screen": {"dispatcher", "street_lead"},
    "file": {"dispatcher", "street_lead"},
    "reject": {"dispatcher", "street_lead"},
    "dispatch": {"dispatcher", "street_lead"},
    "verify": {"dispatcher", "street_lead", "community", "community_head", "grid", "grid_part"},
    "pass": {"dispatcher", "street_lead", "community", "community_head", "grid", "grid_part"},
    "fail": {"dispatcher", "street_lead", "community", "community_head", "grid", "grid_part"},
    "reopen": {"worker"},
    "merge": {"dispatcher", "street_lead"},
    "split": {"dispatcher", "street_lead"},
}
TASK_WHO_MAY = {
    ("claim", TaskRole.COMMUNITY): {"community", "community_head", "grid"},
    ("self_handle", TaskRole.COMMUNITY): {"community", "community_head", "grid"},
    ("call_in", TaskRole.COMMUNITY): {"community", "community_head", "grid"},
    ("accept", TaskRole.LEAD): {"water"},
    ("start", TaskRole.LEAD): {"water"},
    ("submit_result", TaskRole.LEAD): {"water"},
    ("return", TaskRole.LEAD): {"water"},
    ("return", TaskRole.COMMUNITY): {"community", "community_head", "grid"},
}


@pytest.mark.parametrize("name", WHO_MAY)
def test_who_may_move_a_case(story, name):
    story.reach(CASE[name].sources[0])
    may = {key for key, *_ in PEOPLE if attempt(story, story.town[key], name, None) is None}
    assert may == WHO_MAY[name]


@pytest.mark.parametrize(("name", "role"), TASK_WHO_MAY)
def test_who_may_move_a_task(story, name, role):
    source = TASK[name].sources[0]
    story.reach(
        {TaskState.ACCEPTED: CaseState.ACCEPTED, TaskState.CLAIMED: CaseState.CLAIMED}.get(
            source, CaseState.DISPATCHED
        )
    )
    task = story.task(role)
    may = {key for key, *_ in PEOPLE if attempt(story, story.town[key], name, task) is None}
    assert may == TASK_WHO_MAY[(name, role)]


def test_the_system_alone_archives(story):
    story.reach(CaseState.ARCHIVED)
    assert policy.permits(SYSTEM, "cases.view")
    assert story.case.closed_at is not None
