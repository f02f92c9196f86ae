"""What people do in the journeys, by addresses and roles and never by words: the same in every language."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect

from nuanxin.demo.city import build_city
from tests.journeys.looking import assert_in_order

SENT = re.compile(r"/report/(\d{19})/")
PHOTO_FIELDS = ("after", "before")


def home_of(key: str) -> dict[str, float]:
    """Where a compound of the demo city lies, as a phone's position."""
    compound = next(each for each in build_city().compounds if each.key == key)
    return {"longitude": compound.lng, "latitude": compound.lat}


def case_number(page: Page) -> str:
    """Of the report that has just been sent."""
    page.wait_for_url(SENT)
    found = SENT.search(page.url)
    assert found
    return found.group(1)


def open_danger(page: Page, category: str) -> None:
    """The red card of a danger: two taps from the first step of a report."""
    page.goto("/report/")
    page.locator("[data-open-danger]").click()
    page.locator(f"[data-danger='{category}']").click()
    page.locator("[data-call-slot] .emergency").wait_for()


def report(page: Page, *, category: str, words: str = "", photo: Path | None = None) -> str:
    """Three steps: a picture or words, where the phone is, what it is. Answers the number of the case."""
    page.goto("/report/")
    if photo:
        page.locator("input[type=file][name=photos]").first.set_input_files(photo)
        page.locator(".upload__preview").first.wait_for()
    if words:
        page.locator("textarea[name=text]").fill(words)
    page.locator("[data-next]").click()
    locate(page)
    page.locator("#around .report__where").wait_for()
    page.locator("[data-next]").click()
    choose_kind(page, category)
    page.locator("[data-send]").click()
    asked = (
        "#report[aria-busy=false] [data-offers]:visible"  # by the answer, not only by the choice of a kind
    )
    page.locator(f"{asked}, .done__mark:not(.done__mark--wait)").first.wait_for()
    if page.locator("[data-offers]").is_visible():  # somebody has reported such a thing near by: not this one
        page.locator("[data-offers] button[name=different]").click()
    return case_number(page)


def choose_kind(page: Page, category: str) -> None:
    """By its number, as soon as the step with the kinds is there: what is typed before that is typed nowhere."""
    words = page.locator("#kind-words")
    words.click()
    words.press_sequentially(category)
    page.locator(f"#kinds-found input[value='{category}']").check()


def tick(page: Page, choice: str, *, is_on: bool = True) -> None:
    """Press the words of a choice, as a hand does, once they stand still.

    The same kind may stand in several places of the page, and in one more by the time it is ticked.
    """
    page.locator(choice).first.evaluate_handle("(input) => input.labels[0]").as_element().click()
    expect(page.locator(f"{choice}:checked")).to_have_count(int(is_on))


def locate(page: Page) -> None:
    """“Use my position”; who has never agreed to that is asked first."""
    page.locator("[data-locate-me]").click()
    agree = page.locator("[data-agree]")
    if agree.is_visible():
        agree.click()


def take_step(
    page: Page, number: str, step: str, *, opinion: str = "", photo: Path | None = None, **chosen: str
) -> None:
    """Press a button of the case, fill in what it asks for, send it, and wait for the case to have gone on."""
    open_step(page, number, step)
    form = page.locator("#step form.step-form")
    if form.count():
        if opinion:
            form.locator("[name=opinion]").fill(opinion)
        why_alone = form.locator("[name=unfinished]")
        if why_alone.count():  # its assistants have not handed in
            why_alone.fill("协办单位只需事后复核")
        for name, value in chosen.items():
            form.locator(f"input[name={name}][value='{value}']").check()
        if photo:
            _attach(page, photo)
        with _posted(page, step):
            form.locator("button:not([type=button])").first.click()
    page.locator("#step:empty").wait_for(state="attached")
    expect(page.locator("#case")).to_have_attribute("data-number", number)


def open_step(page: Page, number: str, step: str) -> None:
    """Press the button; one that needs no words is done with that."""
    page.goto(f"/cases/{number}/")
    link = page.locator(f".action-bar a[href*='/steps/{step}/']").first
    button = page.locator(f".action-bar form[action*='/steps/{step}/'] button").first
    wanted = link if link.count() else button
    wanted.wait_for(state="attached")
    if not wanted.is_visible():
        page.locator(".action-bar__more > summary").click()
    if link.count():
        link.click()
        page.locator("#step form.step-form").wait_for()
    else:
        with _posted(page, step):
            button.click()


def offers(page: Page, number: str, step: str) -> bool:
    page.goto(f"/cases/{number}/")
    return (
        page.locator(f".action-bar [href*='/steps/{step}/'], .action-bar [action*='/steps/{step}/']").count()
        > 0
    )


def _attach(page: Page, photo: Path) -> None:
    for name in PHOTO_FIELDS:
        field = page.locator(f"#step input[type=file][name={name}]")
        if field.count():
            field.first.set_input_files(photo)


@contextlib.contextmanager
def _posted(page: Page, step: str) -> Iterator[None]:
    """Wait for the answer to a step and insist that it went well."""
    with page.expect_response(
        lambda each: f"/steps/{step}/" in each.url and each.request.method == "POST"
    ) as sent:
        yield
    assert sent.value.status == 200, sent.value.text()


def done_steps(page: Page, number: str) -> int:
    """How many of the five steps the reporter sees done."""
    page.goto(f"/mine/{number}/")
    return page.locator("#progress .tracker__step--done").count()


def rate(page: Page, number: str, *, solved: bool) -> None:
    """Three answers on the reporter's own page."""
    page.goto(f"/mine/{number}/")
    answers = {
        "contacted": "yes",
        "solved": "yes" if solved else "no",
        "satisfied": "yes" if solved else "no",
    }
    for name, value in answers.items():
        tick(page, f"#rate input[name={name}][value={value}]")
    page.locator("#rate form button:not([type=button])").last.click()
    page.locator("#rate").wait_for(state="detached")


def one_time_code(page: Page, phone: str) -> str:
    """From the recorder's page, where development and the demo keep what would have been sent."""
    tab = page.context.new_page()
    sent = tab.locator("main .card", has_text=phone[-4:])
    for _ in range(40):  # the worker sends it
        tab.goto("/messages/")
        if sent.count():
            break
        tab.wait_for_timeout(250)
    found = re.search(r"(?<!\d)\d{6}(?!\d)", sent.first.locator(".card__body, p").first.inner_text())
    tab.close()
    assert found
    return found.group()


def sign_in_by_phone(page: Page, phone: str) -> None:
    page.goto("/sign-in/")
    page.locator("input[name=phone]").fill(phone)
    page.locator("#phone-steps form button").first.click()
    page.locator("input[name=code]").wait_for()
    page.locator("input[name=code]").fill(one_time_code(page, phone))
    page.locator("#phone-steps form button").first.click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)


def register_by_phone(page: Page, phone: str, *, name: str) -> None:
    """A first visit: the number, its code, a name, a community, the one consent that is needed."""
    sign_in_by_phone(page, phone)
    page.wait_for_url("**/register/")
    assert_in_order(page)
    page.locator("input[name=name]").fill(name)
    page.locator("#community-search").press_sequentially("云栖")
    page.locator("#communities input[name=community]").first.check()
    tick(page, "input[name=declared_as]")
    page.locator("input[name=consent_service]").check()
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_url(lambda address: "/register/" not in address)
