"""One's own rights: a copy in plain words, consents one by one, taking them back, new words asked again."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader

from nuanxin.kernel.privacy.wording import is_named
from nuanxin.kernel.typesetting import chinese_fonts
from nuanxin.people import queries, services
from nuanxin.people.models import Consent, ConsentPurpose, WorkerJob
from nuanxin.people.queries.own_copy import own_copy
from nuanxin.people.services import NotWithdrawable, Work, after_withdrawal
from tests.factories.people import COMMUNITY, NOW, OTHER_COMMUNITY, organisation, sign_in, worker

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def person(client):
    platform = organisation("速达快递", "platform_company")
    person = worker(name="王小强", works=[Work("courier", platform)])
    services.give_consent(person=person, purpose="location", now=NOW)
    services.create_token(person=person, assignment=person.assignments.get(), name="脚本", now=NOW)
    sign_in(client, person)
    return person


def test_every_column_of_a_copy_has_words(person):
    data = services.export_me(person=person, now=NOW)
    missing = {
        f"{table['table']}.{name}"
        for table in data["tables"]
        for row in table["rows"]
        for name in row
        if not is_named(table["table"], name)
    }
    assert not missing


def test_the_copy_reads_as_sentences_not_as_columns(person):
    copy = own_copy(services.export_me(person=person, now=NOW))
    told = {section["purpose"]: section["rows"] for section in copy["sections"]}
    flat = [pair for rows in told.values() for row in rows for pair in row]
    assert ("称呼", "王小强") in flat
    assert ("从业类型", "快递员") in flat
    assert ("同意什么", "手机的位置") in flat
    assert ("身份", "小哥") in flat
    assert not [label for label, _words in flat if "_" in label]
    assert not [words for _label, words in flat if re.search(r"\d{4}-\d\d-\d\dT", words)]


@pytest.mark.skipif(not any(chinese_fonts()), reason="no Chinese font on this machine")
@pytest.mark.parametrize(("language", "title"), [("zh-hans", "我的数据"), ("en", "")])
def test_the_copy_on_paper(person, client, language, title):
    services.rename(person=person, name="王小强", nickname="", language=language, now=NOW)
    client.cookies["django_language"] = language
    answer = client.post("/me/export/", {"format": "pdf"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    assert re.fullmatch(r'attachment; filename="nuanxin-\d{8}\.pdf"', answer["Content-Disposition"])
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(page.extract_text() for page in pages)
    assert "王小强" in text
    assert person.phone in text
    assert title in text


def test_the_page_and_the_program_get_the_same(person, client):
    page = client.post("/me/export/", {"format": "page"}).content.decode()
    data = client.post("/me/export/", {"format": "json"})
    assert "王小强" in page
    assert "王小强" in data.content.decode()
    assert data["Content-Disposition"].endswith('.json"')


# --- Consents --------------------------------------------------------------------------------------------------------
def test_every_purpose_stands_apart_and_nothing_is_ticked(person, client):
    page = client.get("/me/consents/").content.decode()
    assert "checked" not in page
    for purpose in ConsentPurpose.objects.all():
        assert purpose.title in page
        assert purpose.text in page
        assert f'id="{purpose.code}"' in page
    assert "第 1 版" in page
    assert "通过网页" in page


def test_agreeing_needs_a_tick_of_ones_own(person, client):
    url = "/me/consents/notices_sms/"
    refused = client.post(url, {})
    assert refused.status_code == 422
    assert "请先勾上" in refused.content.decode()
    assert not queries.consented(person.pk, "notices_sms")
    assert client.post(url, {"agree": "yes"}).status_code == 302
    assert queries.consented(person.pk, "notices_sms")
    assert client.post("/me/consents/nonsense/", {"agree": "yes"}).status_code == 404


def test_taking_back_is_one_button_and_works_at_once(person, client):
    assert WorkerJob.objects.count() == 1
    assert client.post("/me/consents/work_profile/", {"given": "no"}).status_code == 302
    assert not queries.consented(person.pk, "work_profile")
    assert not WorkerJob.objects.exists()
    page = client.get("/me/consents/").content.decode()
    assert "以前的记录" in page
    assert str(after_withdrawal("location")) in page
    assert client.get("/").status_code == 200
    assert client.get("/me/").status_code == 200


def test_the_necessary_one_stays_and_says_what_to_do(person, client):
    answer = client.post("/me/consents/service/", {"given": "no"})
    assert answer.status_code == 409
    assert "注销账号" in answer.content.decode()
    with pytest.raises(NotWithdrawable):
        services.withdraw_consent(person=person, purpose="service", now=NOW)


def test_new_words_ask_again_calmly(person, client):
    """Nothing is blocked; what was agreed to is not stretched to the new words; the old record stays."""
    assert queries.consented(person.pk, "work_profile")
    ConsentPurpose.objects.filter(pk="work_profile").update(version=2, text="新的说明")
    assert not queries.consented(person.pk, "work_profile")
    assert queries.outdated_count(person.pk) == 1
    assert client.get("/").status_code == 200
    assert "有说明改过了" in client.get("/me/").content.decode()
    page = client.get("/me/consents/").content.decode()
    assert "说明有更新" in page
    assert "新的说明" in page
    assert "checked" not in page
    client.post("/me/consents/work_profile/", {"agree": "yes"})
    assert queries.consented(person.pk, "work_profile")
    versions = Consent.objects.filter(person=person, purpose="work_profile").order_by("pk")
    assert list(versions.values_list("version", flat=True)) == [1, 2]
    assert versions.first().withdrawn_at is not None


def test_it_works_without_any_optional_one(client):
    person = worker(name="周禾", consents=("service",), community_code=OTHER_COMMUNITY)
    sign_in(client, person)
    for path in ("/", "/me/", "/me/consents/", "/mine/", "/report/", "/inbox/", "/map/"):
        assert client.get(path).status_code == 200, path
    assert COMMUNITY != OTHER_COMMUNITY


def test_everything_that_can_be_wrong_can_be_put_right(person, client):
    """Name, nickname, language, trades, community, and the number by a code that proves it."""
    page = client.get("/me/").content.decode()
    for path in ("/me/name/", "/me/work/", "/me/number/", "/me/consents/", "/me/erase/"):
        assert f'href="{path}"' in page
    client.post("/me/name/", {"name": "王强", "nickname": "小王", "language": "zh-hans"})
    person.refresh_from_db()
    assert (person.name, person.nickname) == ("王强", "小王")
