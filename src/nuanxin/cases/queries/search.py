"""Full text over number, category, place and words of a case; two Chinese characters are enough."""

from nuanxin.kernel.search import SearchIndex

INDEX = SearchIndex("cases_search")
