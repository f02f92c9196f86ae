"""Whether this process can serve: the database answers and its tables are there."""

from django.db import DatabaseError, connection


def can_serve() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM cases_category LIMIT 1")
            return cursor.fetchone() is not None
    except DatabaseError:
        return False
