"""The database itself refuses to change the audit log; entries may go only behind a mark that `cut` has set.

A guard against mistakes and against the application, not against the owner of the database: what an owner does, the
seals show. Installed by the migration; where the serving role does not own the tables, grant it INSERT and SELECT on
`kernel_auditentry` only and run retention with the owning role.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

FIXED = "id, number, sealed_at, last_xid, last_id, count, algorithm, root, previous, digest"
IS_CUT = "WHEN (OLD.cut_at IS NOT NULL)"

POSTGRESQL_INSTALL = [
    """
CREATE OR REPLACE FUNCTION kernel_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % on % refused', TG_OP, TG_TABLE_NAME;
END $$
""",
    """
CREATE OR REPLACE FUNCTION kernel_audit_delete_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM kernel_auditseal WHERE cut_at IS NOT NULL
        AND (last_xid, last_id) >= (OLD.xid::text::bigint, OLD.id)
    ) THEN
        RAISE EXCEPTION 'the audit log is append-only: no cut covers entry %', OLD.id;
    END IF;
    RETURN OLD;
END $$
""",
    """
CREATE OR REPLACE FUNCTION kernel_audit_delete_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM kernel_auditseal WHERE cut_at IS NOT NULL AND number > OLD.number) THEN
        RAISE EXCEPTION 'the audit log is append-only: no cut covers seal %', OLD.number;
    END IF;
    RETURN OLD;
END $$
""",
    *(
        f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} FOR EACH {rest}"
        for table, name, when, rest in [
            ("kernel_auditentry", "update", "UPDATE", "ROW EXECUTE FUNCTION kernel_audit_refuse()"),
            ("kernel_auditentry", "delete", "DELETE", "ROW EXECUTE FUNCTION kernel_audit_delete_entry()"),
            ("kernel_auditentry", "truncate", "TRUNCATE", "STATEMENT EXECUTE FUNCTION kernel_audit_refuse()"),
            (
                "kernel_auditseal",
                "update",
                f"UPDATE OF {FIXED}",
                "ROW EXECUTE FUNCTION kernel_audit_refuse()",
            ),
            (
                "kernel_auditseal",
                "recut",
                "UPDATE OF cut_at",
                f"ROW {IS_CUT} EXECUTE FUNCTION kernel_audit_refuse()",
            ),
            ("kernel_auditseal", "delete", "DELETE", "ROW EXECUTE FUNCTION kernel_audit_delete_seal()"),
            ("kernel_auditseal", "truncate", "TRUNCATE", "STATEMENT EXECUTE FUNCTION kernel_audit_refuse()"),
        ]
    ),
]

SQLITE_INSTALL = [
    """
CREATE TRIGGER IF NOT EXISTS kernel_auditentry_update BEFORE UPDATE ON kernel_auditentry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: UPDATE refused'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS kernel_auditentry_delete BEFORE DELETE ON kernel_auditentry
WHEN NOT EXISTS (SELECT 1 FROM kernel_auditseal WHERE cut_at IS NOT NULL
                 AND (last_xid, last_id) >= (OLD.xid, OLD.id))
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: no cut covers the entry'); END
""",
    f"""
CREATE TRIGGER IF NOT EXISTS kernel_auditseal_update BEFORE UPDATE OF {FIXED} ON kernel_auditseal
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: UPDATE refused'); END
""",
    f"""
CREATE TRIGGER IF NOT EXISTS kernel_auditseal_recut BEFORE UPDATE OF cut_at ON kernel_auditseal
{IS_CUT}
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: the seal is cut already'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS kernel_auditseal_delete BEFORE DELETE ON kernel_auditseal
WHEN NOT EXISTS (SELECT 1 FROM kernel_auditseal AS later WHERE later.cut_at IS NOT NULL AND later.number > OLD.number)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: no cut covers the seal'); END
""",
]

TRIGGERS = {
    "kernel_auditentry": ("update", "delete", "truncate"),
    "kernel_auditseal": ("update", "recut", "delete", "truncate"),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; in place already is fine."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in POSTGRESQL_INSTALL if connection.vendor == "postgresql" else SQLITE_INSTALL:
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for a migration that changes the tables, and for tests that empty them."""
    with connection.cursor() as cursor:
        for table, names in TRIGGERS.items():
            for name in names:
                target = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{target}")
