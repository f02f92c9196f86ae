"""Who is asked for what: the assignment that suits all needs together best. A program of its own, by the pipe.

Run as a file by the worker (`python assigning.py`), so that no web process ever loads scipy. In: `{"needs": [[cost or
null for each volunteer] for each place]}`; out: `[[place, volunteer], …]`. `null`: the two do not fit.
"""

import json
import sys
from typing import Any

IMPOSSIBLE = 1_000_000.0


def assigned(costs: list[list[float | None]]) -> list[list[int]]:
    """The cheapest assignment in which as many places as possible have somebody."""
    if not costs or not costs[0]:
        return []
    from scipy.optimize import linear_sum_assignment  # a process of its own pays for it

    table = [[IMPOSSIBLE if each is None else each for each in row] for row in costs]
    rows, columns = linear_sum_assignment(table)
    pairs: list[tuple[Any, Any]] = list(zip(rows, columns, strict=True))
    return [[int(row), int(column)] for row, column in pairs if costs[row][column] is not None]


if __name__ == "__main__":
    json.dump(assigned(json.load(sys.stdin)["needs"]), sys.stdout)
