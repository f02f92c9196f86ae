"""A platform of the city as the system administrator sets it up: where it is, for where, and how it calls things."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Category
from nuanxin.cases.queries.catalogue import kinds
from nuanxin.gateway.enums import CodeKind, TheirState
from nuanxin.gateway.exchange.mapping import NAME, Codes, default_fields
from nuanxin.gateway.models import ExchangeCode, ExchangeLink
from nuanxin.gateway.queries.exchange import LINKS
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.channels.outside import target_of
from nuanxin.kernel.channels.signing import new_secret
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.words import seen
from nuanxin.people.enums import UnitType
from nuanxin.territories.queries import is_territory

MOST_CODES = 1000


class WrongLink(Invalid):
    default_message = _("平台的设置还不能保存。")


def save_link(
    *,
    actor: Actor,
    link: ExchangeLink | None,
    name: str,
    url: str,
    scope_code: str,
    is_active: bool,
    pulls: bool,
    codes: Mapping[str, str],
    now: datetime,
) -> tuple[ExchangeLink, tuple[str, str] | None]:
    """The link; for a new one also its two secrets (ours, theirs), shown once. `codes`: lines of `ours=theirs` by kind.

    Audited. Raises `WrongLink`, `AddressRefused`.
    """
    rows = _checked(name, url, scope_code, codes)
    values = {
        "name": seen(name), "url": url.strip(), "scope_code": scope_code, "is_active": is_active, "pulls": pulls,
        "changed_at": now,
    }  # fmt: skip
    secrets = None if link else (new_secret(), new_secret())
    try:
        with transaction.atomic():
            if link is None:
                made = secrets or ("", "")
                row = ExchangeLink.objects.create(**values, secret=made[0], secret_in=made[1], created_at=now)
            else:
                row = _locked(actor, link)
                ExchangeLink.objects.filter(pk=row.pk).update(**values)
            ExchangeCode.objects.filter(link=row).delete()
            ExchangeCode.objects.bulk_create(ExchangeCode(link=row, **each) for each in rows)
            _changed(actor, row, "change" if link else "register", {"codes": len(rows)}, now=now)
    except IntegrityError:
        raise WrongLink(fields={"scope_code": _("这个区划已经有一个启用的平台，请先停用它。")}) from None
    return row, secrets


def renew_secrets(*, actor: Actor, link: ExchangeLink, now: datetime) -> tuple[str, str]:
    """Two new secrets, shown once; the old ones end at once. Audited."""
    made = new_secret(), new_secret()
    with transaction.atomic():
        row = _locked(actor, link)
        ExchangeLink.objects.filter(pk=row.pk).update(secret=made[0], secret_in=made[1], changed_at=now)
        _changed(actor, row, "rotate", {}, now=now)
    return made


def codes_of(link_id: int) -> Codes:
    rows = ExchangeCode.objects.filter(link=link_id).order_by("pk")
    return Codes.of(rows.values_list("kind", "ours", "theirs"))


def category_code(codes: Codes, category: str) -> str:
    """What they call this category: as the city has mapped it, else the code of GB/T 30428; empty for none."""
    if category in codes.categories:
        return codes.categories[category]
    return str(Category.objects.filter(pk=category).values_list("gbt30428", flat=True).first() or "")


def _checked(name: str, url: str, scope_code: str, codes: Mapping[str, str]) -> list[dict[str, str]]:
    if not seen(name):
        raise WrongLink(fields={"name": _("请写平台的名称，例如“12345 热线”。")})
    if not is_territory(scope_code):
        raise WrongLink(fields={"scope_code": _("请选择区划。")})
    if url.strip():
        target_of(url)
    known: dict[str, set[str]] = {
        CodeKind.FIELD: set(default_fields()),
        CodeKind.CATEGORY: set(kinds()),
        CodeKind.UNIT: set(UnitType.values),
        CodeKind.STATE: set(TheirState.values),
    }
    return [row for kind, words in known.items() for row in _read(kind, codes.get(kind, ""), words)]


def _read(kind: str, text: str, known: set[str]) -> list[dict[str, str]]:
    """`ours=theirs`, a line each. Raises `WrongLink` with the number of the line."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    taken: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        ours, equals, theirs = (part.strip() for part in line.partition("="))
        where = {"number": number}
        if (
            not equals
            or not theirs
            or len(theirs) > 80
            or (kind == CodeKind.FIELD and not NAME.fullmatch(theirs))
        ):
            raise WrongLink(fields={kind: _("第 %(number)s 行写得不对，应当像“本系统=对方”这样。") % where})
        if ours not in known:
            told = _("第 %(number)s 行：本系统没有“%(ours)s”。") % {**where, "ours": ours[:40]}
            raise WrongLink(fields={kind: told})
        both_ways = kind in {CodeKind.FIELD, CodeKind.STATE}
        if (both_ways and taken.get(theirs, ours) != ours) or (
            kind != CodeKind.STATE and any(each == ours for each, _theirs in rows)
        ):
            raise WrongLink(fields={kind: _("第 %(number)s 行和前面的重复了。") % where})
        taken[theirs] = ours
        rows[ours, theirs] = {"kind": kind, "ours": ours, "theirs": theirs}
    if len(rows) > MOST_CODES:
        raise WrongLink(fields={kind: _("最多 1,000 行。")})
    return list(rows.values())


def _locked(actor: Actor, link: ExchangeLink) -> ExchangeLink:
    rows = ExchangeLink.objects.select_for_update(of=("self",))
    row = rows.filter(policy.rule("gateway.exchange_setup", actor), pk=link.pk).first()
    if row is None:
        raise NotFound
    return row


def _changed(
    actor: Actor, row: ExchangeLink, action: str, detail: dict[str, object], *, now: datetime
) -> None:
    LINKS.changed()
    audit.record(
        actor=actor,
        action=f"gateway.exchange_{action}",
        object_type="gateway.exchange_link",
        object_id=row.public_id,
        scope_code=row.scope_code,
        detail=detail,
        now=now,
    )
