"""Book corners: three weeks, three at a time, nobody else reads who."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.events import drain
from nuanxin.kernel.privacy.register import Subject
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.places import queries, services
from nuanxin.places.models import BookLoan
from nuanxin.places.queries.books import loans_of
from nuanxin.places.services.lending import erase_loans, forget_loans
from tests.factories import people
from tests.factories.places import place
from tests.factories.stock import DAY, TODAY, actor_of
from tests.factories.territories import NOW, STREET


@pytest.mark.usefixtures("city")
class TestBooks:
    @pytest.fixture
    def corner(self):
        made = place()
        given = {"actor": SYSTEM, "public_id": made.public_id, "now": NOW}
        books = [services.add_book(**given, title=f"书{n}", author="", key=uuid4()) for n in range(4)]
        return made, books

    def borrow(self, corner, actor, number=0, now=NOW):
        made, books = corner
        given = {"public_id": made.public_id, "book_id": books[number].public_id}
        return services.borrow_book(actor=actor, now=now, **given)

    def test_one_borrows_and_nobody_else_reads_who(self, corner):
        made, books = corner
        one, other = people.actor(people.worker()), people.actor(people.worker())
        loan = self.borrow(corner, one)
        assert self.borrow(corner, one) == loan
        with pytest.raises(services.AlreadyLent):
            self.borrow(corner, other)
        [seen] = [each for each in queries.books_at(made, person_id=other.person_id, now=NOW) if each.due_on]
        assert (seen.book, seen.is_mine, seen.due_on) == (books[0], False, TODAY + 21 * DAY)
        assert [each.book for each in queries.own_loans(one)] == [books[0]]
        assert queries.own_loans(other) == []
        given = {"public_id": made.public_id, "book_id": books[0].public_id, "now": NOW}
        assert not services.return_book(actor=other, **given)
        with pytest.raises(services.StillOut):
            services.remove_book(actor=SYSTEM, **given)
        assert services.return_book(actor=actor_of("station", site=made.site), **given)
        services.remove_book(actor=SYSTEM, **given)
        with pytest.raises(queries.BookNotFound):
            self.borrow(corner, other)

    def test_it_may_stay_out_longer_once(self, corner, client):
        one, other = people.worker(), people.actor(people.worker())
        loan = self.borrow(corner, people.actor(one))
        made, books = corner
        given = {"public_id": made.public_id, "book_id": books[0].public_id}
        with pytest.raises(queries.BookNotFound):
            services.renew_book(actor=other, now=NOW, **given)
        with pytest.raises(services.TooLateToRenew):
            services.renew_book(actor=people.actor(one), now=NOW + 22 * DAY, **given)
        renewed = services.renew_book(actor=people.actor(one), now=NOW + 20 * DAY, **given)
        assert renewed.pk == loan.pk
        assert renewed.due_on == TODAY + 42 * DAY
        with pytest.raises(services.RenewedAlready):
            services.renew_book(actor=people.actor(one), now=NOW + 30 * DAY, **given)
        assert services.remind_borrowers(now=NOW + 22 * DAY) == 0

    def test_renewing_by_hand_and_what_its_keeper_reads(self, client):
        made, now = place(), timezone.now()
        book = services.add_book(
            actor=SYSTEM, public_id=made.public_id, title="慢慢读", author="", key=uuid4(), now=now
        )
        page = people.sign_in(client, people.worker())
        page.post(f"/places/at/{made.public_id}/books/{book.public_id}/borrow/")
        assert "续三周" in page.get("/places/books/").text
        renew = f"/places/at/{made.public_id}/books/{book.public_id}/renew/"
        assert page.post(renew).url == "/places/books/"
        assert "续三周" not in page.get("/places/books/").text
        assert "已经续过一次" in page.post(renew, follow=True).text
        BookLoan.objects.update(due_on=timezone.localdate(now) - DAY, lent_at=now - 30 * DAY)
        keeper = people.sign_in(Client(), people.staff("station", site=made.site))
        today = keeper.get("/places/today/").text
        assert "该还的书" in today
        assert "慢慢读" in today

    def test_three_at_a_time_and_not_without_the_right(self, corner):
        one = people.actor(people.worker())
        for number in range(3):
            self.borrow(corner, one, number)
        with pytest.raises(services.EnoughBooks):
            self.borrow(corner, one, 3)
        with pytest.raises(DomainError):
            self.borrow(corner, actor_of("dispatcher", scope_code=STREET), 3)

    def test_late_is_one_reminder_and_a_month_after_it_nobody_knows(self, corner):
        one = people.actor(people.worker())
        self.borrow(corner, one)
        late = NOW + 22 * DAY
        assert services.remind_borrowers(now=NOW + 21 * DAY) == 0
        assert (services.remind_borrowers(now=late), services.remind_borrowers(now=late)) == (1, 0)
        drain(now=late)
        notice = Notice.objects.get(kind="book_due")
        assert notice.person_id == one.person_id
        assert "书0" in line_of(notice, {}).title
        made, books = corner
        services.return_book(actor=one, public_id=made.public_id, book_id=books[0].public_id, now=late)
        assert forget_loans(now=late + 29 * DAY) == 0
        assert forget_loans(now=late + 31 * DAY) == 1

    def test_it_goes_into_the_export_and_out_with_the_person(self, corner):
        one = people.actor(people.worker())
        self.borrow(corner, one)
        subject = Subject(one.person_id, one.subject_id)
        assert [row["book__title"] for row in loans_of(subject)] == ["书0"]
        assert erase_loans(subject, now=NOW).anonymised == 1
        assert queries.own_loans(one) == []
        with pytest.raises(services.AlreadyLent):
            self.borrow(corner, one)

    def test_the_pages(self, client, corner):
        made, books = corner
        page = client.get(f"/places/at/{made.public_id}/books/").content.decode()
        assert "登录后就能借" in page
        worker = people.sign_in(client, people.worker())
        book = f"/places/at/{made.public_id}/books/{books[0].public_id}/"
        assert worker.post(f"{book}borrow/").status_code == 302
        assert "在你手上" in worker.get(f"/places/at/{made.public_id}/books/").content.decode()
        assert "书0" in worker.get("/places/books/").content.decode()
        assert worker.post(f"{book}back/").url == "/places/books/"
        keeper = people.sign_in(client, people.staff("station", site=made.site))
        here = f"/places/register/{made.public_id}/books/"
        key = uuid4()
        for _ in range(2):
            assert keeper.post(here, {"key": key, "title": "平凡的一天", "author": ""}).url == here
        assert keeper.get(here).content.decode().count("<strong>《平凡的一天》") == 1
        assert keeper.post(here, {"key": key, "title": ""}).status_code == 422
        assert keeper.post(f"{here}{books[1].public_id}/remove/").url == here
        assert "图书角，借本书看" in keeper.get(f"/places/at/{made.public_id}/").content.decode()
