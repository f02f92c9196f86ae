"""Where a form or a link wants to go on to: a path here, or nothing of it."""

import pytest

from nuanxin.kernel.access.http import path_of_ours
from tests.factories.people import sign_in


@pytest.mark.parametrize("said", ["/me/", "/cases/?tab=mine", "/"])
def test_a_path_here_is_gone_to(said):
    assert path_of_ours(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "",
        "abc",
        "portal:home",
        "me/",
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:0",
    ],
)
def test_anything_else_is_not(said):
    assert path_of_ours(said) == ""


@pytest.mark.django_db
def test_a_word_that_is_no_path_is_no_fault(client, town):
    held = town.persons["worker"].assignments.get()
    sign_in(client, held)
    answer = client.post("/me/role/", {"assignment": str(held.public_id), "next": "abc"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
