"""Why a deed gave less than its rule says, or nothing: which cap was reached, for its owner's eyes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum
from django.utils.translation import gettext as _

from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.thanking import categories_of
from nuanxin.incentives.enums import PostingKind
from nuanxin.incentives.models import Deed, Posting
from nuanxin.incentives.queries.rules import Rule, Worth, reason_in_words, rules_held, valued_at, worth

CORRECTED, RECORDED = "volunteering.HoursCorrected", "volunteering.HoursRecorded"
SHOWN_FOR = timedelta(days=30)
Given = Mapping[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class Nothing:
    """A deed that gave nothing because a cap was reached. `case_number` is for the owner alone."""

    at: datetime
    sentence: str
    less: str
    case_number: str = ""


def given_by(postings: Iterable[Posting]) -> Given:
    """What deeds gave by rule, all parts together; one statement."""
    deeds = {each.deed_id for each in postings if each.kind == PostingKind.AWARD and each.version}
    if not deeds:
        return {}
    rows = Posting.objects.filter(deed__in=deeds, kind=PostingKind.AWARD).order_by()
    return {
        (deed, rule): amount
        for deed, rule, amount in rows.values_list("deed", "rule").annotate(sum=Sum("amount"))
    }


def less_in_words(posting: Posting, given: Given) -> str:
    """Empty where it gave all that its rule says; only the first part of an award says it."""
    if posting.kind != PostingKind.AWARD or not posting.version:
        return ""
    full = {each.rule.code: each for each in _full(posting.deed)}
    found = full.get(posting.rule)
    amount = given.get((posting.deed_id, posting.rule), 0)
    return _because(found.rule, posting.deed, found.full - amount) if found and found.full > amount else ""


def gave_nothing(subject_id: UUID, *, now: datetime) -> list[Nothing]:
    """Of the last thirty days, the newest first; two statements."""
    gave = Posting.objects.filter(deed=OuterRef("pk"), kind=PostingKind.AWARD)
    rows = Deed.objects.filter(subject_id=subject_id, at__gt=now - SHOWN_FOR).exclude(
        name__startswith="incentives."
    )
    deeds = list(rows.filter(~Exists(gave)).select_related("mention").order_by("-id")[:20])
    mentions = {each.pk: mention for each in deeds if (mention := getattr(each, "mention", None))}
    kinds = categories_of({mention.case_id for mention in mentions.values()})
    found = []
    for deed in deeds:
        mention = mentions.get(deed.pk)
        category = kind_of(kinds[mention.case_id]).name if mention and mention.case_id in kinds else ""
        for each in _full(deed):
            if each.full > 0:
                code = "service_corrected" if deed.name == CORRECTED else each.rule.code
                minutes = int(deed.facts.get("minutes", 0))
                hours = f"{minutes // 60}.{minutes % 60 * 100 // 60:02}"
                sentence = reason_in_words(code, category=category, hours=hours)
                number = mention.number if mention else ""
                found.append(Nothing(deed.at, sentence, _because(each.rule, deed, each.full), number))
    return found


def _full(deed: Deed) -> list[Worth]:
    """Without any cap, by the rules of its moment."""
    name = RECORDED if deed.name == CORRECTED else deed.name
    return worth(rules_held.get().at(name, valued_at(deed.facts, deed.at)), deed.facts, None)


def _because(rule: Rule, deed: Deed, missing: int) -> str:
    left = deed.facts.get("left", {}).get(rule.code)
    if left is not None and left <= _given(rule, deed, missing):
        return _("队里这一项的额度到了，少 %d 分；时长照记。") % missing
    return _("今天这一类到上限了，少 %d 分；事情照办。") % missing


def _given(rule: Rule, deed: Deed, missing: int) -> int:
    full = next((each.full for each in _full(deed) if each.rule.code == rule.code), 0)
    return full - missing
