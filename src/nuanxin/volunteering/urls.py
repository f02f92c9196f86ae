from typing import Any

app_name = "volunteering"
urlpatterns: list[Any] = []
