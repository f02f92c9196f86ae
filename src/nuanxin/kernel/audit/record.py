import json
from datetime import UTC, datetime
from typing import Any

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit.merkle import ALGORITHMS, algorithm_now
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.plain_rows import NewRows

_entries = NewRows(AuditEntry)


def record(
    *,
    actor: Actor,
    action: str,
    now: datetime,
    object_type: str = "",
    object_id: object = "",
    scope_code: str = "",
    result: str = "ok",
    detail: dict[str, Any] | None = None,
    is_unnamed: bool = False,
) -> None:
    """Write one audit row in the caller's transaction. `detail` holds codes and ids, never names or free text.

    `is_unnamed`: the role alone, where the log must not be the place that says who it was. What a reporter does with a
    case is such a thing: who it was is in the one row that can be erased, and opened only by breaking the glass.
    """
    entry = AuditEntry(
        at=now,
        actor_subject_id=None if is_unnamed else actor.subject_id,
        assignment_id=None if is_unnamed else actor.assignment_id,
        role=actor.role,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        scope_code=scope_code,
        result=result,
        detail=detail or {},
    )
    entry.digest = digest_of(entry)
    _entries.write(entry)


def digest_of(entry: AuditEntry) -> bytes:
    """Over the canonical JSON of everything the row says: SHA-256, or SM3 with `NUANXIN_CRYPTO=sm`."""
    return ALGORITHMS[algorithm_now()](_everything(entry))


def is_digest_of(digest: bytes, entry: AuditEntry) -> bool:
    """By any of the algorithms: a city may change them without writing its log anew."""
    text = _everything(entry)
    return any(algorithm(text) == digest for algorithm in ALGORITHMS.values())


def _everything(entry: AuditEntry) -> bytes:
    content = [
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(entry.actor_subject_id or ""),
        entry.assignment_id,
        entry.role,
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.scope_code,
        entry.result,
        _canonical(entry.detail),
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _canonical(value: Any) -> Any:
    """JSON as both databases give it back: keys are strings, and a whole number may return as an integer."""
    if isinstance(value, dict):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
