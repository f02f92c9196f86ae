"""A statement that anybody can have checked: totals, the head of the chain, and a place in the sealed audit log."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.models import SealedStatement
from nuanxin.incentives.queries.statements import digest_of_statement, totals_of
from nuanxin.incentives.services.rows import open_book
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Invalid

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # what is not mistaken for another, read aloud


class NothingToSeal(Invalid):
    default_message = _("还没有积分，没有可以盖章的。")
    default_hint = _("有了第一笔积分以后再来。")


def seal_statement(*, actor: Actor, now: datetime) -> SealedStatement:
    """The own statement as it is now; nothing new since the last one is that one. Audited without a name.

    Raises `NothingToSeal`.
    """
    if actor.subject_id is None:
        raise NothingToSeal
    with transaction.atomic():
        account = open_book(actor.subject_id).account
        if not account.count:
            raise NothingToSeal
        earlier = SealedStatement.objects.filter(subject_id=account.pk, last=account.count).first()
        if earlier is not None:
            return earlier
        code = "".join(secrets.choice(LETTERS) for _letter in range(16))
        totals = totals_of(account.pk)
        head = bytes(account.head)
        digest = digest_of_statement(code=code, issued_at=now, last=account.count, totals=totals, head=head)
        made = SealedStatement.objects.create(
            code=code,
            subject_id=account.pk,
            issued_at=now,
            last=account.count,
            totals=totals,
            head=head,
            digest=digest,
        )
        audit.record(
            actor=actor, action="incentives.seal_statement", object_type="incentives.statement", object_id=made.pk,
            detail={"digest": digest.hex()}, is_unnamed=True, now=now,
        )  # fmt: skip
    return made
