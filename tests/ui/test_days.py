"""A day that nobody means is refused by every form, and is no fault."""

import pytest
from django import forms

from nuanxin.cases.forms.queue import QueueForm
from nuanxin.incentives.rule_forms import TeamAwardFilterForm


class Asked(forms.Form):
    on = forms.DateField()
    at = forms.DateTimeField()


@pytest.mark.parametrize("said", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_days_outside_the_calendar_are_refused(said):
    form = Asked({"on": said, "at": f"{said}T23:59"})
    assert set(form.errors) == {"on", "at"}


def test_days_that_people_mean_are_not():
    assert Asked({"on": "1949-10-01", "at": "2099-12-31T23:59"}).is_valid()


@pytest.mark.django_db
def test_a_list_that_is_asked_for_the_last_of_all_days_is_shown_whole():
    assert QueueForm({"since": "0001-01-01", "until": "9999-12-31"}).filters().until is None
    assert TeamAwardFilterForm({"until": "9999-12-31"}).filters().until is None
