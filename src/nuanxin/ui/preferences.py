"""How a reader likes pages shown. It lives in a cookie on their device: nobody needs to know who likes large type."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

THEME_COOKIE = "nx_theme"
TEXT_COOKIE = "nx_text"
THEMES = ("auto", "light", "dark")
TEXT_SIZES = ("normal", "large")
KEEP_FOR = timedelta(days=400)


def chosen(request: HttpRequest, cookie: str, options: tuple[str, ...]) -> str:
    """The stored choice; the first option when there is none or it is not one of ours."""
    value = request.COOKIES.get(cookie, "")
    return value if value in options else options[0]


def remember(response: HttpResponse, choices: dict[str, str]) -> None:
    for cookie, options in ((THEME_COOKIE, THEMES), (TEXT_COOKIE, TEXT_SIZES)):
        value = choices.get(cookie, "")
        if value in options:
            response.set_cookie(cookie, value, max_age=KEEP_FOR, samesite="Lax")
