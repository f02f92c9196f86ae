"""Every page, on a phone and on a desk: it answers, has a heading and a title, fits, logs nothing; axe is content."""

import pytest
from django.urls import Resolver404, resolve

from tests.architecture.test_urls import pages as addresses
from tests.journeys.no_pages import NO_PAGES
from tests.journeys.pages import PAGES

IN_ENGLISH = {"front", "chooser", "sign-in", "home", "report", "danger-gas", "mine", "tracker", "queue", "case"} | {
    "explain", "step-dispatch", "people", "duty", "compound", "me", "inbox", "categories", "desk",
}  # fmt: skip
ALSO_IN_ENGLISH = [stop for stop in PAGES if stop.name in IN_ENGLISH]
# By persona: who has been signed in once, with everything that a browser keeps, looks at all of theirs.
VISITS = sorted(
    [(stop, "zh") for stop in PAGES] + [(stop, "en") for stop in ALSO_IN_ENGLISH],
    key=lambda visit: (visit[1], visit[0].persona),
)
each_page = pytest.mark.parametrize(
    ("stop", "language"), VISITS, ids=[f"{s.name}-{lang}" for s, lang in VISITS]
)


@pytest.mark.browser
@each_page
def test_a_page(gallery, stop, language):
    visit = gallery.visit(stop, language)
    assert visit.status == stop.status
    assert visit.title.strip()
    assert [text for text in visit.headings if text]
    assert not visit.faults
    for size, look in visit.looks.items():
        assert not look.too_wide, size
        assert not look.cut_words, size


@pytest.mark.browser
@each_page
def test_axe_finds_nothing_serious(gallery, stop, language):
    for size, look in gallery.visit(stop, language).looks.items():
        assert not look.violations, (size, "\n".join(look.violations))


def test_the_list_is_complete():
    """A new address is either in the list of pages or says why it is no page."""
    examples = [next(filter(_resolves, _examples(stop.path)), "") for stop in PAGES]
    shown = {resolve(path).view_name for path in examples if path}
    product = {_name(entry) for _route, entry in addresses() if _name(entry)}
    assert product - shown - set(NO_PAGES) == set()
    assert set(NO_PAGES) <= product


def _name(entry):
    """`cases:queue`; nothing for what Django or the API bring along."""
    module = entry.callback.__module__
    app = module.split(".")[1] if module.startswith("nuanxin.") else ""
    return f"{app}:{entry.name}" if app and entry.name else ""


def _examples(path):
    """The path with something of the right shape for each name: a case's number, else a public id, else a row's."""
    number, uuid = "9901012026111900004", "00000000-0000-7000-8000-000000000001"
    return [_example(path, unknown, number, uuid) for unknown in (number, uuid, "1")]


def _example(path, unknown, number, uuid):
    known = {
        "clock": f"/cases/{number}/clocks/1/",
        "clock_shown": f"/cases/{number}/clocks/1/",
        "ask": f"/cases/{number}/ask/",
        "voice": f"/cases/{number}/voices/{uuid}/",
        "reveal": f"/cases/{number}/reporter/",
        "person_of_admin": f"/people/{uuid}/",
        "bulletin": "/bulletins/990101001000/2026-09-15/",
        "public_case": f"/public/{uuid}/",
        "publication": f"/cases/publications/{uuid}/",
        "publication_public": f"/cases/publications/{uuid}/",
    }
    steps = f"/cases/{number}/steps/accept/"
    known |= {"cause": "1", "topic": "1"}
    for name in (
        "compound",
        "person",
        "organisation",
        "assignment",
        "place",
        "shelf",
        "restock",
        "offer",
        "scene",
        "scene_assessing",
        "scene_public",
        "open_day",
    ):
        known[name] = uuid
    while "{" in path:
        name = path.split("{")[1].split("}")[0]
        value = known.get(name) or (steps if name.startswith("step_") else unknown)
        path = path.replace("{" + name + "}", value)
    return path.split("?")[0]


def _resolves(path):
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
