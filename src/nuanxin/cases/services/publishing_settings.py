"""What a city shows of solved cases: which streets, which kinds, and the words that it is careful with."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import PublicArea, PublicKind, SensitiveWord
from nuanxin.cases.queries.catalogue import category_row, kind_of
from nuanxin.cases.queries.publishing import PUBLISHING, is_never_public, is_public_kind
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.territories.queries import territory

MOST_WORDS, LONGEST_WORD = 500, 20


class NeverPublic(Conflict):
    default_message = _("这一类不能公开。")
    default_hint = _("保密、纠纷、转办、燃气和治安这几类，哪个城市都不公开。")


def put_public_area(*, actor: Actor, code: str, is_on: bool, now: datetime) -> None:
    """Show solved cases of a territory, or no longer: what is public there is gone at once. Raises `NotFound`."""
    _allowed(actor)
    territory(code)
    with transaction.atomic():
        PublicArea.objects.update_or_create(code=code, defaults={"is_on": is_on})
        _changed(actor, "cases.put_public_area", code, {"on": is_on}, now=now)


def put_public_kinds(*, actor: Actor, changes: Mapping[str, bool], now: datetime) -> int:
    """Show kinds, or no longer: what is public of them is gone at once. What is so already stays; returns how many
    have changed, each of them audited. All or none: raises `NeverPublic`, `NotFound`.
    """
    _allowed(actor)
    wanted = {category_row(code): is_on for code, is_on in sorted(changes.items())}
    if any(is_on and is_never_public(kind_of(row.code)) for row, is_on in wanted.items()):
        raise NeverPublic
    new = {row: is_on for row, is_on in wanted.items() if is_public_kind(kind_of(row.code)) != is_on}
    with transaction.atomic():
        for row, is_on in new.items():
            PublicKind.objects.update_or_create(category=row, defaults={"is_on": is_on})
            _changed(actor, "cases.put_public_kind", row.code, {"on": is_on}, now=now)
    return len(new)


def put_sensitive_words(*, actor: Actor, words: Iterable[str], now: datetime) -> int:
    """The whole list anew; with none the shipped one holds again. Returns how many. Raises `Invalid`."""
    _allowed(actor)
    wanted = sorted({word.strip() for word in words} - {""})
    if len(wanted) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in wanted):
        raise Invalid(
            fields={
                "words": _("每行一个词，不超过 %(long)s 个字，最多 %(most)s 个。")
                % {"long": LONGEST_WORD, "most": MOST_WORDS}
            }
        )
    with transaction.atomic():
        SensitiveWord.objects.all().delete()
        SensitiveWord.objects.bulk_create(SensitiveWord(word=word) for word in wanted)
        _changed(actor, "cases.put_sensitive_words", "", {"count": len(wanted)}, now=now)
    return len(wanted)


def _allowed(actor: Actor) -> None:
    if not policy.permits(actor, "cases.categories"):
        raise NotAllowed


def _changed(actor: Actor, action: str, code: str, detail: dict[str, Any], *, now: datetime) -> None:
    PUBLISHING.changed()
    audit.record(
        actor=actor, action=action, object_type="cases.publishing", object_id=code, detail=detail, now=now
    )
