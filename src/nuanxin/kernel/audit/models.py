from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q
from django.db.models.sql.compiler import SQLCompiler


class CurrentTransaction(Func):
    """The number of the writing transaction; where writers are serial anyway (SQLite) it is 0 for all."""

    function = "pg_current_xact_id"
    arity = 0

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return "0", ()


class TransactionIdField(models.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """`xid8` on PostgreSQL: 64 bits, never wraps, compared as a number."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8" if connection.vendor == "postgresql" else "bigint"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002  -- Django's signature
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return (
            str(int(value)) if connection.vendor == "postgresql" else int(value)
        )  # xid8 has no cast from bigint

    def from_db_value(self, value: Any, expression: object, connection: object) -> int | None:
        return None if value is None else int(value)


class AuditEntry(models.Model):
    """One action of one person or of the system. Written once, with its own digest; sealed later by the worker.

    Entries are ordered by (xid, id): an id alone is drawn before the commit, so that a late commit would slip behind
    what is already sealed.
    """

    xid = TransactionIdField(
        db_default=CurrentTransaction(output_field=models.BigIntegerField()), editable=False
    )
    at = models.DateTimeField()
    actor_subject_id = models.UUIDField(null=True)
    assignment_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=32)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    scope_code = models.CharField(max_length=15, blank=True)
    result = models.CharField(max_length=16, default="ok")
    detail = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)

    class Meta:
        app_label = "kernel"
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="kernel_audit_object"),
            models.Index(fields=["xid", "id"], name="kernel_audit_order"),
        ]


class AuditSeal(models.Model):
    """The Merkle root over the entries after the seal before it, up to (last_xid, last_id), chained to that seal.

    Seals are never edited. Where retention has cut the log, `cut_at` is set on the last seal whose entries are gone;
    it stays as the beginning of the chain.
    """

    number = models.PositiveBigIntegerField(unique=True)
    sealed_at = models.DateTimeField()
    last_xid = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=16, default="sha256")
    root = models.BinaryField(max_length=64)
    previous = models.BinaryField(max_length=64)
    digest = models.BinaryField(max_length=64)
    cut_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "kernel"
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="kernel_auditseal_numbered"),
            models.CheckConstraint(
                condition=Q(cut_at=None) | Q(cut_at__gte=F("sealed_at")), name="kernel_auditseal_cut"
            ),
        ]
