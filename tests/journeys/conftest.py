"""The gallery: each page of the product is opened once, looked at on a phone and on a desk, and asked about later."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright

from tests.browser import LANGUAGES, SIZES
from tests.journeys.filling import Filling
from tests.journeys.looking import Look, axe, looks_at_both_sizes
from tests.journeys.pages import Stop
from tests.servers import Server

# Those that have come into view; whether one has is known a frame later.
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FACTS = """() => ({
  title: document.title,
  headings: [...document.querySelectorAll("h1")].map((each) => each.textContent.trim()),
  maps: [...document.querySelectorAll(".map__canvas")].map((each) => each.getAttribute("aria-label")),
  frame: document.body.className,
})"""
MAPS_ARE_DRAWN = (
    "() => [...document.querySelectorAll('[data-begun]')].every(each => each.nuanxinMap?.map.loaded())"
)


@dataclass
class Visit:
    """One page, opened once."""

    status: int
    title: str
    headings: list[str]
    faults: list[str]
    looks: dict[str, Look]


class Gallery:
    """Opens pages, one window at a time and one that draws maps: the list is in the order of its personas.

    The first map of each kind is drawn. Without a graphics card that costs more than all the rest of a page, so the
    others are left to the words that stand beside a map.
    """

    def __init__(self, playwright: Playwright, browser: Browser, with_maps: Browser, server: Server) -> None:
        self.browser = browser
        self.with_maps = with_maps
        self.server = server
        self.drawn: set[str] = set()
        self.filling = Filling(playwright, server.url)
        self.seen: dict[tuple[str, str], Visit] = {}
        self.windows: dict[bool, tuple[str, str, Page]] = {}
        self.frames: set[tuple[str, str, str]] = set()
        self.faults: list[str] = []

    def visit(self, stop: Stop, language: str = "zh") -> Visit:
        key = (stop.name, language)
        if key not in self.seen:
            self.seen[key] = self._open(stop, language)
        return self.seen[key]

    def close(self) -> None:
        self.filling.close()
        for _persona, _language, page in self.windows.values():
            page.context.close()

    def _open(self, stop: Stop, language: str) -> Visit:
        path = self.filling.fill(stop.path)
        visit, maps = self._look(stop, path, language, with_maps=False)
        if maps - self.drawn:
            self.drawn |= maps
            visit, _ = self._look(stop, path, language, with_maps=True)
        return visit

    def _look(self, stop: Stop, path: str, language: str, *, with_maps: bool) -> tuple[Visit, set[str]]:
        page = self._window(stop.persona, language, with_maps=with_maps)
        page.set_viewport_size(SIZES["phone"])
        self.faults.clear()
        answer = page.goto(path, wait_until="load")
        facts = page.evaluate(FACTS)
        maps = set(facts["maps"])
        looks: dict[str, Look] = {}
        if with_maps or not maps - self.drawn:
            hand = "phone" if stop.is_on_phone else "desk"
            looks = looks_at_both_sizes(page, hand=hand, within=self._part(stop, language, facts["frame"]))
        if with_maps:
            page.evaluate(NEXT_FRAME)
            page.wait_for_function(MAPS_ARE_DRAWN)  # they go on fetching after the page has loaded
        visit = Visit(
            status=answer.status if answer else 0,
            title=facts["title"],
            headings=facts["headings"],
            faults=[fault for fault in self.faults if stop.status == 200 or str(stop.status) not in fault],
            looks=looks,
        )
        return visit, maps

    def _part(self, stop: Stop, language: str, kind: str) -> str:
        """What is new on this page: header and navigation are the same on all pages of a person and are read once."""
        frame = (stop.persona, language, kind)
        if frame not in self.frames:
            self.frames.add(frame)
            return ""
        return "main"

    def _window(self, persona: str, language: str, *, with_maps: bool) -> Page:
        if with_maps in self.windows:
            *whose, page = self.windows[with_maps]
            if whose == [persona, language]:
                return page
            page.context.close()
        context = (self.with_maps if with_maps else self.browser).new_context(
            base_url=self.server.url,
            viewport=SIZES["phone"],
            locale=LANGUAGES[language],
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            storage_state=self.filling.visitor(persona).storage_state() if persona else None,
        )
        context.set_default_timeout(60_000)
        context.add_init_script(axe())  # sent once, not for each page
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._note(said.type, said.text))
        self.windows[with_maps] = (persona, language, page)
        return page

    def _note(self, kind: str, text: str) -> None:
        # What the machine's software renderer says of itself, without a graphics card, is no fault of the page.
        if kind in {"error", "warning"} and "GL Driver Message" not in text:
            self.faults.append(text)


@pytest.fixture(scope="session")
def gallery(
    playwright_running: Playwright, browser: Browser, browser_with_maps: Browser, live_demo: Server
) -> Iterator[Gallery]:
    opened = Gallery(playwright_running, browser, browser_with_maps, live_demo)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture as a phone takes it."""
    path = tmp_path_factory.mktemp("photos") / "photo.jpg"
    drawn = io.BytesIO()
    Image.radial_gradient("L").resize((1200, 900)).convert("RGB").save(drawn, "JPEG", quality=80)
    path.write_bytes(drawn.getvalue())
    return path
