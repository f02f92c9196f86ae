"""For the one who reports: what can be, what it looks like, the report itself, and what becomes of it."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Query, Status
from ninja.files import UploadedFile

from nuanxin.cases import services
from nuanxin.cases.api.drawing import case_out, case_row, own_row, photos_of, voice_of
from nuanxin.cases.api.routing import router
from nuanxin.cases.api.shapes import (
    AdditionIn,
    CaseOut,
    CaseRow,
    CategoryOut,
    ConfirmationIn,
    ConfirmationOut,
    LikelyOut,
    Number,
    OfferOut,
    PageOut,
    RatingIn,
    ReportIn,
    SimilarIn,
    WordsIn,
)
from nuanxin.cases.enums import PhotoKind, PlaceSource
from nuanxin.cases.queries import catalogue, detail, duplicates, queue, suggestions
from nuanxin.cases.services import Draft
from nuanxin.kernel.access.api import PROBLEMS, operation
from nuanxin.kernel.access.limits import caller_of


@router.get("/categories", response={200: list[CategoryOut], **PROBLEMS})
@operation("cases.view_categories")
def list_categories(request: HttpRequest) -> Any:
    """Kinds of report, with the numbers to call first."""
    return [
        {
            "code": kind.code,
            "name": kind.name,
            "urgency": kind.urgency,
            "emergency_numbers": list(kind.emergency_numbers),
            "takes_photos": kind.takes_photos,
        }
        for kind in catalogue.kinds().values()
    ]


@router.post("/suggestions", response={200: list[LikelyOut], **PROBLEMS})
@operation("cases.view_categories")
def suggest(request: HttpRequest, given: Form[WordsIn]) -> Any:
    """At most three categories that the words sound like, with those that spoke for each; posted, so that no address
    keeps them. Only suggestions: nothing is stored.
    """
    return [
        {
            "code": each.kind.code,
            "name": each.kind.name,
            "urgency": each.kind.urgency,
            "likelihood": each.likelihood,
            "because": list(each.because),
        }
        for each in suggestions.suggest_kinds(given.text)
    ]


@router.post("", response={200: CaseRow, 201: CaseRow, **PROBLEMS})
@operation("cases.report", limit="")  # counted by kind: danger to life never
def report(
    request: Any,
    given: Form[ReportIn],
    photos: list[UploadedFile] = File([]),  # noqa: B008  -- ninja
    voice: UploadedFile | None = File(None),  # noqa: B008  -- ninja
) -> Any:
    """Report. The same `key` with the same content is the same report (200); with another content it is a conflict.

    `accuracy_m` says that the point is where the phone is; it is kept only where its owner agrees to that.
    """
    services.count_report(category=given.category, caller=caller_of(request), now=request.now)
    values = given.model_dump(exclude={"key"})
    source = (
        PlaceSource.GPS
        if given.accuracy_m is not None
        else PlaceSource.PIN
        if given.lng is not None
        else PlaceSource.COMPOUND
        if given.compound_id
        else PlaceSource.TERRITORY
    )
    draft = Draft(
        **values, place_source=source, photos=photos_of(photos, PhotoKind.NEAR), voice=voice_of(voice)
    )
    submission = services.report_case(actor=request.actor, draft=draft, key=given.key, now=timezone.now())
    return Status(
        201 if submission.created else 200, case_row(request.actor, submission.case, "cases.view_own")
    )


@router.get("/similar", response={200: list[OfferOut], **PROBLEMS})
@operation("cases.report")
def similar(request: Any, given: Query[SimilarIn]) -> Any:
    """Before reporting: what others have reported of this kind around here. Coarse facts; none for danger to life."""
    place = duplicates.Place(given.category, given.lng, given.lat, given.text)
    found = duplicates.offers_for(request.actor, place, now=timezone.now())
    return [{**asdict(each), "number": each.own} for each in found]


@router.post("/confirmations", response={200: ConfirmationOut, 201: ConfirmationOut, **PROBLEMS})
@operation("cases.report")
def confirm(request: Any, given: Form[ConfirmationIn]) -> Any:
    """Instead of reporting it once more: follow one that `similar` has offered. A second time changes nothing (200)."""
    seen = services.confirm_case(actor=request.actor, token=given.token, key=given.key, now=timezone.now())
    return Status(201 if seen.created else 200, {"number": seen.number})


@router.get("/mine", response={200: PageOut, **PROBLEMS})
@operation("cases.view_own")
def list_own(request: Any) -> Any:
    """The reporter's own reports, the latest fifty."""
    return {
        "items": [
            own_row(request.actor, case) for case in detail.own_cases(request.actor)[: queue.PAGE_SIZE]
        ],
        "cursor": "",
    }


@router.get("/mine/{number}", response={200: CaseOut, **PROBLEMS})
@operation("cases.view_own")
def own(request: Any, number: Number) -> Any:
    """One of the reporter's own, with what the reporter is told."""
    return case_out(request, detail.own_case(request.actor, number), "cases.view_own")


@router.post("/mine/{number}/rating", response={200: CaseOut, **PROBLEMS})
@operation("cases.rate")
def rate(request: Any, number: Number, given: Form[RatingIn]) -> Any:
    """Contacted? solved? satisfied? Once for each closing, within seven days; "not solved" reopens once."""
    case = detail.own_case(request.actor, number)
    services.rate_case(actor=request.actor, case=case, now=timezone.now(), **given.model_dump())
    return case_out(request, detail.own_case(request.actor, number), "cases.view_own")


@router.post("/mine/{number}/reopening", response={200: CaseOut, **PROBLEMS})
@operation("cases.reopen")
def reopen(request: Any, number: Number, given: Form[WordsIn]) -> Any:
    """Not solved after all; once."""
    case = detail.own_case(request.actor, number)
    services.reopen_case(actor=request.actor, case=case, opinion=given.text, now=timezone.now())
    return case_out(request, detail.own_case(request.actor, number), "cases.view_own")


@router.post("/mine/{number}/additions", response={200: CaseOut, 201: CaseOut, **PROBLEMS})
@operation("cases.supplement")
def add(
    request: Any,
    number: Number,
    given: Form[AdditionIn],
    photos: list[UploadedFile] = File([]),  # noqa: B008  -- ninja
    voice: UploadedFile | None = File(None),  # noqa: B008  -- ninja
) -> Any:
    """Pictures or a voice note that come later, while it is open; the same `key` with the same content is once."""
    case = detail.own_case(request.actor, number)
    added = services.supplement_case(
        actor=request.actor,
        case=case,
        photos=photos_of(photos, PhotoKind.NEAR),
        voice=voice_of(voice),
        now=timezone.now(),
        **given.model_dump(),
    )
    case = detail.own_case(request.actor, number)
    return Status(201 if added.created else 200, case_out(request, case, "cases.view_own"))


@router.post("/mine/{number}/answers", response={200: CaseOut, **PROBLEMS})
@operation("cases.answer")
def answer(request: Any, number: Number, given: Form[WordsIn]) -> Any:
    """Answer a question of the handlers, or add something; they do not learn who it is."""
    case = detail.own_case(request.actor, number)
    services.answer_question(actor=request.actor, case=case, text=given.text, now=timezone.now())
    return case_out(request, case, "cases.view_own")
