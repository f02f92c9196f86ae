"""Next year's holidays and an office's hours come in by a command, or a line is named and nothing is stored."""

import pytest
from click.testing import CliRunner

from nuanxin.cli.main import main
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.worktime.models import Holiday, WorkingHours

pytestmark = pytest.mark.django_db
NOTICE = "date,kind,name\n2031-01-01,off,元旦\n2031-01-04,work,元旦\n"


def said(*arguments):
    done = CliRunner().invoke(main, ["calendar", *map(str, arguments)])
    return done.exit_code, done.output


@pytest.fixture
def notice(tmp_path):
    file = tmp_path / "holidays-2031.csv"
    file.write_text(NOTICE, encoding="utf-8")
    return file


def test_a_notice_comes_in_once_and_the_same_again_changes_nothing(notice):
    assert said("holidays", notice, "--source", "通知") == (0, "2 new, 0 changed, 0 removed, 0 as before.\n")
    assert said("holidays", notice, "--source", "通知") == (0, "0 new, 0 changed, 0 removed, 2 as before.\n")
    kept = Holiday.objects.filter(date__year=2031).order_by("date").values_list("is_workday", "source")
    assert list(kept) == [(False, "通知"), (True, "通知")]
    assert AuditEntry.objects.filter(action="system.set_holidays").count() == 1


def test_a_faulty_line_is_named_and_nothing_is_stored(notice):
    notice.write_text(NOTICE + "2031-13-01,off,元旦\n", encoding="utf-8")
    code, words = said("holidays", notice, "--source", "通知")
    assert code == 1
    assert "4" in words
    assert "Traceback" not in words
    assert not Holiday.objects.filter(date__year=2031).exists()


def test_office_hours_are_set_from_a_day_on():
    code, words = said(
        "hours", "08:30-12:00", "14:00-18:00", "--scope", "990101000000", "--since", "2031-05-01"
    )
    assert code == 0, words
    row = WorkingHours.objects.get(scope_code="990101")
    assert row.intervals == [["08:30", "12:00"], ["14:00", "18:00"]]


@pytest.mark.parametrize("span", ["8 Uhr", "12:00-08:00", "08:30"])
def test_hours_that_are_none_are_refused_in_words(span):
    code, words = said("hours", span, "--since", "2031-05-01")
    assert code == 1
    assert "Error: " in words
    assert not WorkingHours.objects.filter(valid_from__year=2031).exists()
