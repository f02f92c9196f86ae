"""Several people at the same moment, each in a thread with a connection of its own; of SQLite to a file, as a server
has it: in memory the second one does not wait.
"""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from nuanxin.kernel.errors import DomainError


class Crowd:
    def __init__(self, folder):
        self.path = None
        if connection.vendor == "sqlite":
            self.path = folder / "crowd.sqlite3"
            with sqlite3.connect(self.path) as copy:
                connection.connection.backup(copy)
            copy.close()

    def together(self, *acts):
        """What each came to: the answer, or the name of the refusal."""
        gate = threading.Barrier(len(acts))

        def one(act):
            if self.path:
                connection.settings_dict = {**connection.settings_dict, "NAME": str(self.path)}
            try:
                connection.ensure_connection()
                gate.wait(30)
                return act()
            except DomainError as error:
                return type(error).__name__
            finally:
                connection.close()

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(one, acts))

    def alone(self, act):
        """Where the crowd was: what it has left behind."""
        return self.together(act)[0]
