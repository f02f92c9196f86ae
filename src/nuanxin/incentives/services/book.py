"""One subject's book: what each movement does to balances, lots and the chain. The same for life and for a replay.

Nothing here reads the clock or writes the database; a `Shelf` says what was before, `postings`, `lots` and `draws` are
what came of it. What is owed is paid by whatever comes in, before anything can be spent again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import EARNED, PostingKind, Side
from nuanxin.incentives.models import Account, Deed, Draw, Lot, Posting
from nuanxin.incentives.queries.ledger import digest_of
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.kernel.worktime.months import months_on

LIFE = 24  # months (`domain.md` §4.3)
GRACE = timedelta(days=30)  # what comes back stays at least so long
OWN = {Side.POINTS, Side.HELD, Side.OWED}


class NotEnoughPoints(Conflict):
    default_message = _("积分不够。")
    default_hint = _("可以换一样少一些的；已经兑换、没有取的，取消后积分会退回来。")


@dataclass(frozen=True, slots=True)
class Award:
    """What one deed gave by one rule: all of it, what lapsed since, what is held, whether it was taken back."""

    amount: int
    expired: int
    held: int
    is_reversed: bool


class Shelf(Protocol):
    """What was before, for one account."""

    def due(self, at: datetime) -> Iterable[Lot]: ...
    def open_lots(self) -> Iterator[Lot]: ...
    def lots_of(self, deed_id: int, rule: str) -> Iterable[Lot]: ...
    def award(self, deed_id: int, rule: str) -> Award: ...
    def drawn(self, deed_id: int, rule: str | None, kind: PostingKind) -> list[tuple[Lot, int]]: ...
    def refunded(self, deed_id: int) -> int: ...
    def earned(self, at: datetime) -> Counter[str]: ...


class Makers(NamedTuple):
    """What a book's rows are: models in life, something lighter in a replay (`services/memory.py`)."""

    posting: Callable[..., Any] = Posting
    lot: Callable[..., Any] = Lot
    draw: Callable[..., Any] = Draw


MODELS = Makers()


@dataclass(slots=True)
class Book:
    account: Account
    shelf: Shelf
    makes: Makers = MODELS
    postings: list[Posting] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    draws: list[Draw] = field(default_factory=list)
    touched: dict[int, Lot] = field(default_factory=dict)

    def award(
        self, deed: Deed, amount: int, *, because: str, rule: str = "", version: int = 0, group: str = "",
        months: int = LIFE, side: Side = Side.ISSUED,
    ) -> None:  # fmt: skip
        """Points by a deed: they pay what is owed, the rest makes a lot."""
        how: dict[str, Any] = {"rule": rule, "version": version, "group": group}
        self._bring(
            deed, PostingKind.AWARD, side, [(deed.pk, rule, lapses_at(deed.at, months), amount)],
            because=because, **how,
        )  # fmt: skip

    def spend(self, deed: Deed, amount: int, *, because: str) -> None:
        """Raises `NotEnoughPoints`; nothing of it has happened then."""
        if self.account.points < amount:
            raise NotEnoughPoints
        self._take(deed, PostingKind.SPEND, Side.SPENT, amount, self.shelf.open_lots(), because=because)

    def refund(self, deed: Deed, of: int, amount: int | None, *, because: str) -> None:
        """What a spending took comes back with the dates it had, but for thirty days at least."""
        drawn = self.shelf.drawn(of, None, PostingKind.SPEND)
        left = sum(part for _lot, part in drawn) - self.shelf.refunded(of)
        wanted = left if amount is None else min(amount, left)
        back = []
        for lot, drawn_part in reversed(drawn):
            part = min(drawn_part, wanted)
            if part:
                back.append((lot.deed_id, lot.rule, self._not_before(lot.expires_at, deed.at), part))
            wanted -= part
        self._bring(deed, PostingKind.REFUND, Side.SPENT, back, because=because, of=of)

    def hold(self, deed: Deed, of: int, rule: str, *, because: str) -> None:
        """What is left of an award cannot be spent until somebody has looked at it."""
        lots = [lot for lot in self.shelf.lots_of(of, rule) if lot.remaining]
        amount = sum(lot.remaining for lot in lots)
        self._take(deed, PostingKind.HOLD, Side.HELD, amount, iter(lots), because=because, of=of, rule=rule)

    def release(self, deed: Deed, of: int, rule: str, *, because: str) -> None:
        """What was held of an award can be spent again, for thirty days at least."""
        left = self.shelf.award(of, rule).held
        back = []
        for lot, drawn_part in reversed(self.shelf.drawn(of, rule, PostingKind.HOLD)):
            part = min(drawn_part, left)
            left -= part
            if part:
                back.append((lot.deed_id, lot.rule, self._not_before(lot.expires_at, deed.at), part))
        self._bring(deed, PostingKind.RELEASE, Side.HELD, back, because=because, of=of, rule=rule)

    def reverse(self, deed: Deed, of: int, rule: str, *, because: str, to: Side = Side.ISSUED) -> None:
        """An award is taken back: what is held, what lapsed, what is left of it, other points, and the rest is owed.

        `to`: where it came from.
        """
        award = self.shelf.award(of, rule)
        if award.is_reversed or not award.amount:
            return
        how: dict[str, Any] = {"because": because, "of": of, "rule": rule}
        left = award.amount
        for side, part in ((Side.HELD, award.held), (Side.EXPIRED, min(award.expired, left - award.held))):
            if part > 0:
                self._post(deed, PostingKind.REVERSAL, side, to, part, **how)
                left -= part
        own = [lot for lot in self.shelf.lots_of(of, rule) if lot.remaining]
        known = {id(lot) for lot in own}
        others = (lot for lot in self.shelf.open_lots() if id(lot) not in known and lot.remaining)
        part = min(left, self.account.points)
        self._take(deed, PostingKind.REVERSAL, to, part, _chained(own, others), **how)
        if left - part:
            self._post(deed, PostingKind.REVERSAL, Side.OWED, to, left - part, **how)

    def deduct(self, deed: Deed, amount: int, *, because: str, rule: str = "", version: int = 0) -> None:
        """By a rule that a city has switched on; `growth` stays, what is not there is owed."""
        how: dict[str, Any] = {"because": because, "rule": rule, "version": version}
        part = min(amount, self.account.points)
        self._take(deed, PostingKind.DEDUCTION, Side.DEDUCTED, part, self.shelf.open_lots(), **how)
        if amount - part:
            self._post(deed, PostingKind.DEDUCTION, Side.OWED, Side.DEDUCTED, amount - part, **how)

    def expire(self, deed: Deed) -> None:
        """What is due at the deed's moment lapses; hours, stars and growth stay."""
        due = [lot for lot in self.shelf.due(deed.at) if lot.remaining]
        for lot in due:
            lot.expired += lot.remaining
        amount = sum(lot.remaining for lot in due)
        self._take(deed, PostingKind.EXPIRY, Side.EXPIRED, amount, iter(due), because="expired")

    # -- what each of these is made of --------------------------------------------------------------------------------
    def _bring(
        self, deed: Deed, kind: PostingKind, source: Side, parts: list[tuple[int, str, datetime, int]], **how: Any
    ) -> None:  # fmt: skip
        amount = sum(part for *_lot, part in parts)
        paid = min(amount, self.account.owed)
        if paid:
            self._post(deed, kind, source, Side.OWED, paid, **how)
        if amount == paid:
            return
        self._post(deed, kind, source, Side.POINTS, amount - paid, **how)
        for of, rule, expires_at, part in parts:
            kept = part - min(part, paid)
            paid -= part - kept
            if kept:
                self.lots.append(
                    self.makes.lot(
                        account_id=self.account.pk, number=self.account.count, deed_id=of, rule=rule,
                        amount=kept, remaining=kept, expires_at=expires_at,
                    )
                )  # fmt: skip

    def _take(
        self, deed: Deed, kind: PostingKind, target: Side, amount: int, lots: Iterator[Lot], **how: Any
    ) -> None:
        if not amount:
            return
        self._post(deed, kind, Side.POINTS, target, amount, **how)
        left = amount
        while left:
            lot = next(lots)
            part = min(lot.remaining, left)
            if not part:
                continue
            lot.remaining -= part
            left -= part
            self.touched[id(lot)] = lot
            self.draws.append(
                self.makes.draw(account_id=self.account.pk, number=self.account.count, lot=lot, amount=part)
            )

    def _post(
        self, deed: Deed, kind: PostingKind, debit: Side, credit: Side, amount: int, *, because: str,
        rule: str = "", version: int = 0, group: str = "", of: int | None = None,
    ) -> None:  # fmt: skip
        account = self.account
        _move(account, debit, -amount)
        _move(account, credit, amount)
        account.growth += amount * ((debit in EARNED) - (credit in EARNED))
        account.count += 1
        posting = self.makes.posting(
            account_id=account.pk, number=account.count, at=deed.at, on=deed.at.astimezone(SHANGHAI).date(), kind=kind,
            rule=rule, version=version, group=group, scope_code=str(deed.facts.get("scope", "")),
            deed_id=deed.pk, of_id=of, debit=debit, credit=credit, amount=amount, because=because,
        )  # fmt: skip
        posting.digest = account.head = digest_of(posting, bytes(account.head))
        self.postings.append(posting)

    @staticmethod
    def _not_before(expires_at: datetime, at: datetime) -> datetime:
        return max(expires_at, _midnight_after(at + GRACE))


def count(total: Counter[str], amount: int, *, group: str, rule: str, category: str) -> None:
    """Add an award of a day to what caps count."""
    total["all"] += amount
    total[f"group:{group}"] += amount
    total[f"rule:{rule}"] += amount
    if category:
        total[f"category:{category}"] += amount


def _chained(own: list[Lot], others: Iterator[Lot]) -> Iterator[Lot]:
    yield from own
    yield from others


def _move(account: Account, side: Side, amount: int) -> None:
    if side == Side.OWED:
        account.owed -= amount  # what is owed is the other way round: a credit pays it
    elif side in OWN:
        setattr(account, side.value, getattr(account, side.value) + amount)


def lapses_at(at: datetime, months: int) -> datetime:
    """The end of the same day so many months later, in Shanghai; of a shorter month its last day."""
    return _lapses_after(at.astimezone(SHANGHAI).date(), months)


@lru_cache(maxsize=1024)
def _lapses_after(day: date, months: int) -> datetime:
    then = months_on(day, months)
    return _midnight_after(datetime(then.year, then.month, then.day, tzinfo=SHANGHAI))


def _midnight_after(at: datetime) -> datetime:
    local = at.astimezone(SHANGHAI) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
