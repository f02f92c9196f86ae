from typing import Any

app_name = "incentives"
urlpatterns: list[Any] = []
