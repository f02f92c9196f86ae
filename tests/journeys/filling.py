"""What the `{names}` in the list of pages stand for in this demo city, found by following links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

from playwright.sync_api import APIRequestContext, Playwright

from tests.browser import CSRF_TOKEN
from tests.journeys.clues import CLUES, NUMBER, Clue

MOST_TRIED = 50
PATIENCE = 60_000


class Filling:
    """Fills in paths; each name is looked up once. It only fetches: no window is opened for it."""

    def __init__(self, playwright: Playwright, url: str) -> None:
        self.playwright = playwright
        self.url = url
        self.found: dict[str, str] = {}
        self.visitors: dict[str, APIRequestContext] = {}

    def fill(self, path: str) -> str:
        names = [name for _, name, _, _ in Formatter().parse(path) if name]
        return path.format(**{name: self._find(name) for name in names})

    def close(self) -> None:
        for visitor in self.visitors.values():
            visitor.dispose()
        self.visitors.clear()

    def _find(self, name: str) -> str:
        if name not in self.found:
            clue = CLUES[name]
            self.found[name] = self._follow(clue, self.fill(clue.path), name)
        return self.found[name]

    def _follow(self, clue: Clue, path: str, name: str) -> str:
        for text in self._texts(clue, path):
            match = re.search(clue.pattern, text)
            if match:
                return match.group(1)
        message = f"the demo city has no {name}: nothing like {clue.pattern} at {path} as {clue.persona}"
        raise LookupError(message)

    def _texts(self, clue: Clue, path: str) -> Iterator[str]:
        listed = self._read(clue.persona, path)
        if not clue.in_cases:
            yield listed
            return
        for number in list(dict.fromkeys(re.findall(NUMBER, listed)))[:MOST_TRIED]:
            yield self._read(clue.persona, f"/cases/{number}/")

    def _read(self, persona: str, path: str) -> str:
        return self.visitor(persona).get(path, timeout=PATIENCE).text()

    def visitor(self, persona: str) -> APIRequestContext:
        """Who has entered already: its cookies open a window without the way through the chooser."""
        if persona not in self.visitors:
            self.visitors[persona] = self._enter(persona)
        return self.visitors[persona]

    def _enter(self, persona: str) -> APIRequestContext:
        visitor = self.playwright.request.new_context(base_url=self.url)
        chooser = visitor.get("/demo/", timeout=PATIENCE).text()
        token = CSRF_TOKEN.search(chooser)
        form = {"csrfmiddlewaretoken": token.group(1) if token else "", "next": "/me/"}
        answer = visitor.post(f"/demo/enter/{persona}/", form=form, timeout=PATIENCE)
        if not answer.ok or "/demo/" in answer.url:
            message = f"nobody enters as {persona}: {answer.status} at {answer.url}"
            raise LookupError(message)
        return visitor
