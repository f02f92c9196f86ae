"""One line of the script becomes one call of a service of `cases`, as the person who acts, at the time it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from django.db.models import BigIntegerField

from nuanxin.cases import services
from nuanxin.cases.enums import PlaceSource
from nuanxin.cases.models import Appeal, Case, Task, VoiceNote
from nuanxin.cases.queries.appealing import facts_against
from nuanxin.cases.queries.duplicates import Place, offers_for
from nuanxin.cases.services import Draft, OnBehalf, Photo, StepInput, perform_step
from nuanxin.cases.services.overseeing import OVERSIGHT_STEPS
from nuanxin.demo.darkroom import Darkroom
from nuanxin.demo.personas import Cast
from nuanxin.demo.planned import PlannedReport, PlannedStep, Seat
from nuanxin.demo.population import Population
from nuanxin.demo.sounds import voice_for
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.prepared import Prepared
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.models import Organisation

Photos = tuple[Photo, ...]
TaskStep = Callable[[Actor, Task, PlannedStep, Photos], Case | None]
CaseStep = Callable[[Actor, Case, PlannedStep], Case | None]


class Derailed(RuntimeError):
    """The script and the rules of a case disagree."""


@dataclass
class Stage:
    """The cases that have been reported so far, by the key of the script."""

    settled: Population
    people: Cast
    darkroom: Darkroom
    cases: dict[str, Case] = field(default_factory=dict)
    derailed: dict[str, str] = field(default_factory=dict)  # cases that stay where they are, and why

    def report(self, planned: PlannedReport) -> Case:
        """The report itself; one that staff registers names the reporter's number."""
        seat = planned.filed_by or planned.reporter
        reporter = self.people.person(planned.reporter.person)
        on_behalf = OnBehalf(name=reporter.name, phone=reporter.phone) if planned.filed_by else None
        submission = services.report_case(
            actor=self.settled.actor(seat),
            draft=self._draft(planned),
            key=planned.key,
            on_behalf=on_behalf,
            now=planned.at,
        )
        self.cases[planned.key] = submission.case
        return submission.case

    def _draft(self, planned: PlannedReport) -> Draft:
        rng, place = Random(planned.key), planned.place
        compound = self.settled.compounds.get(place.compound)
        by_choice = compound is not None and rng.random() < 0.35
        source = (
            PlaceSource.COMPOUND if by_choice else PlaceSource.PIN if planned.filed_by else PlaceSource.GPS
        )
        seen = planned.at - timedelta(seconds=rng.randrange(20, 240))
        voice = None if planned.filed_by else voice_for(planned.key)
        return Draft(
            category=planned.category,
            text="" if voice else planned.text,
            voice=voice,
            lng=place.lng,
            lat=place.lat,
            accuracy_m=rng.randrange(6, 40) if source == PlaceSource.GPS else None,
            place_source=source,
            address=place.address,
            compound_id=compound.pk if compound else None,
            captured_at=None if planned.filed_by else seen,
            photos=self.darkroom.photos(planned.photos),
        )

    def act(self, planned: PlannedReport, step: PlannedStep) -> Case | None:
        """The case as the step left it; nothing for a step that was left out, or that moved no clock.

        A step that the rules refuse ends what the script says about this case: it stays open, which is true as well.
        """
        if planned.key in self.derailed:
            return None
        try:
            self._hear(planned, step)
            return self._act(self.cases[planned.key], step)
        except (DomainError, Derailed) as error:
            if not step.optional:
                told = f"{planned.category} {planned.arc}: {step.action} by {step.by}: {error!r}"
                self.derailed[planned.key] = told
            return None

    def step_on(self, case: Case, step: PlannedStep) -> Case | None:
        """A step of a case that nobody reported. Raises what the rules say."""
        return self._act(case, step)

    def _hear(self, planned: PlannedReport, step: PlannedStep) -> None:
        """The dispatcher listens before the first step and writes down what was said."""
        case = self.cases[planned.key]
        if case.voices_waiting and step.by.role == "dispatcher":
            waiting = VoiceNote.objects.get(case=case)
            services.transcribe_voice(
                actor=self.settled.actor(step.by),
                case=case,
                public_id=waiting.public_id,
                words=planned.text,
                now=step.at,
            )
            case.refresh_from_db(fields=["transcript", "voices_waiting"])

    def _act(self, case: Case, step: PlannedStep) -> Case | None:
        actor = self.settled.actor(step.by)
        if step.action in ON_CASE:
            return ON_CASE[step.action](actor, case, step)
        if step.action in {"dispatch", "merge"}:
            return self._send_on(actor, case, step)
        if step.action in {"consult", "conclude"}:
            return self._confer(actor, case, step)
        if step.action in OVERSIGHT_STEPS:
            return _oversee(actor, case, step)
        task = self._open_task(case, step.by)
        if task is not None:
            return ON_TASK[step.action](actor, task, step, self.darkroom.photos(step.photos))
        if step.optional:
            return None
        raise Derailed(f"{case.number}: {step.by} has no open task to {step.action}")

    def _send_on(self, actor: Actor, case: Case, step: PlannedStep) -> Case:
        """To a unit, or into the case of another report."""
        if step.action == "merge":
            parent = self.cases[step.lead].number
            return services.merge_case(
                actor=actor, case=case, parent=parent, opinion=step.opinion, now=step.at
            )
        return services.dispatch_case(
            actor=actor,
            case=case,
            lead=self._organisations(step.lead)[0],
            assists=self._organisations(*step.assists),
            opinion=step.opinion,
            now=step.at,
        )

    def _confer(self, actor: Actor, case: Case, step: PlannedStep) -> Case:
        """Whistle, or write the minutes."""
        if step.action == "consult":
            units = self._organisations(*step.units)
            return services.call_consultation(
                actor=actor, case=case, units=units, opinion=step.opinion, now=step.at
            )
        return services.conclude_consultation(
            actor=actor,
            case=case,
            lead=self._organisations(step.lead)[0],
            assists=self._organisations(*step.assists),
            opinion=step.opinion,
            now=step.at,
        )

    def _organisations(self, *keys: str) -> list[Organisation]:
        return [self.settled.organisations[key] for key in keys]

    def _open_task(self, case: Case, seat: Seat) -> Task | None:
        organisation = self.settled.organisations[seat.organisation]
        return _open_task_of.first(case=case.pk, organisation=organisation.pk)


_open_task_of = Prepared(
    lambda *, case, organisation: Task.objects.filter(
        case=case, organisation=organisation, ended_at=None
    ).order_by("pk")[:1],
    case=BigIntegerField(),
    organisation=BigIntegerField(),
)


def _oversee(actor: Actor, case: Case, step: PlannedStep) -> Case:
    """Supervision, shelving, appeals: against the first thing that counts, about the latest appeal."""
    case = Case.objects.get(pk=case.pk)
    about = ""
    if step.action == "appeal":
        about = next((fact.name for fact in facts_against(case, actor.organisation_id, now=step.at)), "")
    elif step.action.endswith("_appeal"):
        about = str(Appeal.objects.filter(case=case).order_by("id").values_list("pk", flat=True).last() or "")
    target = step.at.astimezone(SHANGHAI).date() + timedelta(days=step.days) if step.days else None
    given = StepInput(
        opinion=step.opinion,
        cause=step.cause,
        about=about,
        public_words=step.public_words,
        target_on=target,
    )
    return perform_step(actor=actor, case=case, name=step.action, given=given, now=step.at)


def _rate(actor: Actor, case: Case, step: PlannedStep) -> Case:
    contacted, solved, satisfied = step.answers
    return services.rate_case(
        actor=actor,
        case=case,
        contacted=contacted,
        solved=solved,
        satisfied=satisfied,
        comment=step.opinion,
        now=step.at,
    )


def _pass(actor: Actor, case: Case, step: PlannedStep) -> Case:
    return services.pass_verification(
        actor=actor,
        case=case,
        outcome=step.outcome,
        opinion=step.opinion,
        now=step.at,
    )


def _reject(actor: Actor, case: Case, step: PlannedStep) -> Case:
    return services.reject_case(actor=actor, case=case, reason=step.reason, opinion=step.opinion, now=step.at)


def _self_handle(actor: Actor, task: Task, step: PlannedStep, photos: Photos) -> Case:
    return services.self_handle(actor=actor, task=task, opinion=step.opinion, photos=photos, now=step.at)


def _submit(actor: Actor, task: Task, step: PlannedStep, photos: Photos) -> Case:
    return services.submit_result(
        actor=actor,
        task=task,
        opinion=step.opinion,
        photos=photos,
        unfinished=step.unfinished,
        now=step.at,
    )


def _return(actor: Actor, task: Task, step: PlannedStep, photos: Photos) -> Case:
    return services.return_task(
        actor=actor, task=task, reason=step.reason, opinion=step.opinion, basis=step.basis, now=step.at
    )


def _ask_for_time(actor: Actor, task: Task, step: PlannedStep, photos: Photos) -> Case:
    return services.request_extension(
        actor=actor, task=task, until=step.until, opinion=step.opinion, now=step.at
    )


def _ask(actor: Actor, case: Case, step: PlannedStep) -> None:
    services.ask_reporter(actor=actor, case=case, text=step.opinion, now=step.at)


def _answer(actor: Actor, case: Case, step: PlannedStep) -> None:
    services.answer_question(actor=actor, case=case, text=step.opinion, now=step.at)


def _confirm(actor: Actor, case: Case, step: PlannedStep) -> None:
    """What the phone offers before a report is sent, and the answer “我也看到了”."""
    if case.lng is None or case.lat is None:
        raise Derailed(f"{case.number} has no place")
    place = Place(case.category_id, case.lng, case.lat, case.text)
    offers = [each for each in offers_for(actor, place, now=step.at) if each.is_open and not each.own]
    if offers:
        services.confirm_case(
            actor=actor, token=offers[0].token, key=f"seen-{case.number}-{step.by.person}", now=step.at
        )


ON_CASE: dict[str, CaseStep] = {
    "confirm": _confirm,
    "screen": lambda a, c, s: services.start_screening(actor=a, case=c, now=s.at),
    "file": lambda a, c, s: services.file_case(actor=a, case=c, opinion=s.opinion, now=s.at),
    "reject": _reject,
    "ask": _ask,
    "answer": _answer,
    "verify": lambda a, c, s: services.start_verification(actor=a, case=c, now=s.at),
    "fail": lambda a, c, s: services.fail_verification(actor=a, case=c, opinion=s.opinion, now=s.at),
    "pass": _pass,
    "rate": _rate,
    "transfer": lambda a, c, s: services.transfer_case(actor=a, case=c, opinion=s.opinion, now=s.at),
    "answer_call": lambda a, c, s: services.answer_call(
        actor=a, case=c, answer=s.answer, opinion=s.opinion, now=s.at
    ),
    "grant_extension": lambda a, c, s: services.grant_extension(actor=a, case=c, opinion=s.opinion, now=s.at),
}
ON_TASK: dict[str, TaskStep] = {
    "claim": lambda a, t, s, p: services.claim_task(actor=a, task=t, now=s.at),
    "accept": lambda a, t, s, p: services.accept_task(actor=a, task=t, now=s.at),
    "start": lambda a, t, s, p: services.start_task(actor=a, task=t, opinion=s.opinion, now=s.at),
    "make_safe": lambda a, t, s, p: services.mark_made_safe(actor=a, task=t, opinion=s.opinion, now=s.at),
    "self_handle": _self_handle,
    "submit_result": _submit,
    "return": _return,
    "request_extension": _ask_for_time,
    "kind_notice": lambda a, t, s, p: services.issue_notice(
        actor=a, task=t, subject=s.subject, opinion=s.opinion, now=s.at
    ),
    "look_again": lambda a, t, s, p: services.look_again(
        actor=a, task=t, measure_id=None, complied=s.outcome == "heeded", opinion=s.opinion, now=s.at
    ),
    "manage": lambda a, t, s, p: services.take_measure(
        actor=a, task=t, kind="management", subject=s.subject, opinion=s.opinion, now=s.at
    ),
    "plan_repair": lambda a, t, s, p: services.plan_repair(actor=a, task=t, plan=s.plan, now=s.at),
    "finish_stage": lambda a, t, s, p: services.finish_stage(
        actor=a, task=t, stage=s.stage, opinion=s.opinion, photos=p, now=s.at
    ),
}

__all__ = ["Derailed", "Stage"]
