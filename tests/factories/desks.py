"""Staff at their browsers, and cases brought to where a test begins."""

from datetime import timedelta
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuanxin.cases import services
from nuanxin.cases.queries import detail
from nuanxin.cases.services import Draft
from nuanxin.people.models import Assignment
from tests.factories.fixtures import jpeg
from tests.factories.people import sign_in
from tests.factories.town import LAT, LNG

MINUTE = timedelta(minutes=1)
HTMX = {"HTTP_HX_REQUEST": "true"}

_keys = count(1)


def client_of(town, who: str) -> Client:
    return sign_in(Client(), Assignment.objects.get(person=town.persons[who]))


def picture(colour: str = "#D9480F") -> SimpleUploadedFile:
    return SimpleUploadedFile("x.jpg", jpeg(colour), content_type="image/jpeg")


def reported(town, category="0401", *, who="worker", now=None, text="路面一个大坑", **given):
    place = {"lng": LNG + 0.002, "lat": LAT + 0.002, "address": "云栖里 5 号楼 3 单元 502"}
    draft = Draft(category=category, text=text, **{**place, **given})
    return services.report_case(
        actor=town[who], draft=draft, key=f"test-{next(_keys):06d}", now=now or town.now
    ).case


def dispatched(town, *, now=None, category="0401", lead="city_management"):
    """Filed and given to a unit; the community has its part."""
    now = now or town.now
    case = reported(town, category, now=now)
    services.dispatch_case(
        actor=town["dispatcher"], case=case, lead=town.organisations[lead], now=now + MINUTE
    )
    return detail.case_for(town["dispatcher"], case.number)


def task_of(case, role: str):
    return next(task for task in detail.tasks_of(case) if task.role == role)


def handed_in(town, photo, *, now=None):
    """The unit has handed in its result; the street verifies."""
    now = now or town.now
    case = dispatched(town, now=now)
    task = task_of(case, "lead")
    services.accept_task(actor=town["city_management"], task=task, now=now + 2 * MINUTE)
    services.submit_result(
        actor=town["city_management"],
        task=task,
        opinion="已填平压实",
        photos=[photo("after")],
        now=now + 20 * MINUTE,
    )
    return detail.case_for(town["dispatcher"], case.number)
