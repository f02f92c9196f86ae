"""The database itself refuses to change what has been posted: deeds, postings and draws are written once.

A guard against mistakes and against the application, as that of the audit log (`kernel/audit/guard.py`). A rebuild
takes it away and puts it back in one transaction (`services/replaying.py`).
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("incentives_deed", "incentives_posting", "incentives_draw")


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; in place already is fine."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in _on_postgresql() if connection.vendor == "postgresql" else _on_sqlite():
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take them away: for a rebuild, and for tests that empty the tables."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for table in TABLES:
            for when in ("update", "delete", "truncate"):
                target = f" ON {table}" if is_postgresql else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{when}{target}")


def _on_postgresql() -> list[str]:
    refuse = """
CREATE OR REPLACE FUNCTION incentives_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME;
END $$
"""
    return [
        refuse,
        *(
            f"CREATE TRIGGER {table}_{when} BEFORE {when.upper()} ON {table} FOR EACH {level}"
            " EXECUTE FUNCTION incentives_refuse()"
            for table in TABLES
            for when, level in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
        ),
    ]


def _on_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_{when} BEFORE {when.upper()} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: {when.upper()} refused'); END"
        for table in TABLES
        for when in ("update", "delete")
    ]
