"""Settings for processes that need the kernel and nothing above it; they start in a fraction of the time."""

from tests.settings import *  # noqa: F403  -- all of it is meant, less the applications

INSTALLED_APPS = ["nuanxin.kernel"]
MIDDLEWARE: list[str] = []
TEMPLATES: list[dict] = []
ROOT_URLCONF = "tests.kernel.kernel_only"
urlpatterns: list = []
