"""A dispatcher's day: the keyboard, many rows at once, a view kept, a workbook taken away, the board on the wall."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.browser import enter

pytestmark = pytest.mark.browser

DISPATCHER = "lipai/dispatcher"
QUEUE = "/cases/?tab=open"
NUMBER = re.compile(r"/cases/(\d{19})/")


@pytest.fixture
def street(open_page):
    page = open_page(size="desk")
    enter(page, DISPATCHER)
    return page


def registered(page, words):
    """A case of the journey's own: other journeys count on those of the city."""
    page.goto("/cases/new/")
    page.locator("#kind-words").press_sequentially("0401")
    page.locator("#kinds input[value='0401']").check()
    page.locator("textarea[name=text]").fill(words)
    page.locator(".place-by__choice:has(input[value='territory'])").click()
    page.locator("select[name=territory]").select_option(index=1)
    page.locator(".desk__bar button").first.click()
    page.wait_for_url(NUMBER)
    return NUMBER.search(page.url)[1]


def test_a_kind_once_ticked_outlasts_late_results(street):
    """The results of the last letters arrive after the hand has chosen from those of the first."""
    street.goto("/cases/new/")
    chosen = street.locator("#kinds input[value='0401']")
    with street.expect_response(lambda answer: "kind_words" in answer.url):
        street.locator("#kind-words").fill("040")
    chosen.check()
    with street.expect_response(lambda answer: "kind_words" in answer.url):
        street.evaluate(
            "htmx.ajax('GET', '/cases/new/kinds/?kind_words=0401', { target: '#kinds', swap: 'innerHTML' })"
        )
    street.locator("#kinds input[value='0402']").wait_for(state="detached")
    expect(chosen).to_be_checked()


def ticked(page):
    return page.locator("#queue [data-pick]:checked")


def focused_number(page):
    return page.evaluate("document.activeElement.closest('.queue__row')?.dataset.number ?? ''")


def test_the_queue_is_worked_by_keyboard(street):
    street.goto(QUEUE)
    rows = street.locator("#queue .queue__row")
    assert rows.count() >= 4
    numbers = [rows.nth(index).get_attribute("data-number") for index in range(4)]
    for _ in range(2):
        street.keyboard.press("j")
    assert focused_number(street) == numbers[1]
    street.keyboard.press("x")
    expect(ticked(street)).to_have_count(1)
    street.keyboard.press("j")
    street.keyboard.press("j")
    street.keyboard.press("Shift+X")
    expect(ticked(street)).to_have_count(3)
    expect(street.locator("[data-pick-count]")).to_contain_text("3")
    street.keyboard.press("Escape")
    expect(ticked(street)).to_have_count(0)
    street.keyboard.press("k")
    street.keyboard.press("Enter")
    street.locator(f"#case[data-number='{numbers[2]}']").wait_for()
    street.keyboard.press("?")
    expect(street.locator("#keys")).to_be_visible()
    street.keyboard.press("j")  # the sheet has the keyboard now
    street.keyboard.press("Escape")
    expect(street.locator("#keys")).to_be_hidden()


def test_a_letter_that_is_typed_is_a_letter(street):
    street.goto(QUEUE)
    street.keyboard.press("/")
    street.keyboard.type("xje?a")
    expect(street.locator("#bench-search")).to_have_value("xje?a")
    expect(ticked(street)).to_have_count(0)
    expect(street.locator("#keys")).to_be_hidden()
    street.locator("#queue .queue__link").first.focus()
    street.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', "
        "{ key: 'x', bubbles: true, isComposing: true }))"
    )
    expect(ticked(street)).to_have_count(0)


def test_the_next_step_is_one_key_away(street):
    number = registered(street, "路面一个大坑")
    street.goto(f"/cases/{number}/")
    street.keyboard.press("e")
    street.locator("#step .step-form").wait_for()
    street.keyboard.press("Escape")
    expect(street.locator("#step .step-form")).to_have_count(0)


def test_some_cases_go_out_together(street):
    numbers = [registered(street, words) for words in ("人行道塌了一块", "路沿石碎了")]
    street.goto("/cases/?tab=screen")
    for number in numbers:
        street.locator(f"[data-pick][value='{number}']").check()
    street.keyboard.press("b")
    street.wait_for_url(re.compile("/cases/bulk/dispatch/"))
    expect(street.locator("#bulk-form .bulk__row")).to_have_count(3)  # with the headings
    street.locator(".desk__bar button").first.click()
    street.wait_for_url(re.compile("/cases/bulk/runs/"))
    for number in numbers:
        expect(street.locator(f"a[href*='{number}']").first).to_be_visible()
    street.goto(f"/cases/{numbers[0]}/")
    expect(street.locator(".case-tasks__row").first).to_be_visible()


def test_a_view_is_kept_and_opens_the_queue(street):
    street.goto("/cases/?tab=open&urgency=U2")
    street.locator(".views__keep summary").click()
    street.locator("#view-name").fill("我的急件")
    street.locator(".views__form button").click()
    chip = street.locator(".view-chip--own", has_text="我的急件")
    expect(chip).to_have_attribute("aria-current", "page")
    street.goto("/cases/views/")
    street.locator("button[value='default']").click()
    street.goto("/cases/")
    assert "urgency=U2" in street.url
    street.goto("/cases/views/")
    street.locator(".view-list .menu summary").click()
    street.locator("button[value='delete']").click()
    expect(street.locator("button[value='delete']")).to_have_count(0)


def test_the_workbook_holds_the_queue(street, tmp_path):
    street.goto(QUEUE)
    shown = street.locator("#queue .queue__row").evaluate_all("rows => rows.map(row => row.dataset.number)")
    street.locator(".queue-head__export summary").click()
    with street.expect_download() as waiting:
        street.locator(".queue-head__export button").first.click()
    file = Path(tmp_path / waiting.value.suggested_filename)
    waiting.value.save_as(file)
    assert file.suffix == ".xlsx"
    heading, *rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert len(heading) == 16
    confidential = street.locator("#queue .queue__row:has(.icon use[href$='#lock'])").count()
    exported = [row[0] for row in rows]
    assert len(exported) >= len(shown) - confidential
    assert [number for number in shown if number in exported] == exported[: len(shown) - confidential]


def test_the_board_fetches_itself_and_fits_a_phone(open_page):
    page = open_page(size="phone")
    enter(page, DISPATCHER)
    page.clock.install()
    page.goto("/board/")
    expect(page.locator(".board__desk")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    with page.expect_request(lambda request: request.headers.get("x-poll") == "1"):
        page.clock.run_for(20_000)
    expect(page.locator(".board__desk")).to_have_count(5)


def test_many_rows_without_scripts(open_page):
    page = open_page(size="desk", java_script_enabled=False)
    enter(page, DISPATCHER)
    page.goto("/cases/?tab=verify")
    page.locator("#queue [data-pick]").first.check()
    page.locator("#bulk button").first.click()
    page.wait_for_url(re.compile("/cases/bulk/pass/"))
    expect(page.locator(".bulk__outcomes").first).to_be_visible()
