"""Search for Chinese text, two characters included, on SQLite and PostgreSQL alike.

`SearchIndex("cases_search")` is one table beside a model's, keyed by its primary key; `CreateSearchTable` makes
it in a migration. Text is cut into the same tokens for both databases (`text.tokens`), so both find the same
rows. The index repeats the words of the text: what is erased there is removed here.
"""

from nuanxin.kernel.search.index import SearchIndex
from nuanxin.kernel.search.operations import CreateSearchTable
from nuanxin.kernel.search.text import spaced

__all__ = ["CreateSearchTable", "SearchIndex", "spaced"]
