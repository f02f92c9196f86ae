"""The WSGI entry point; in embedded mode the event worker and the scheduler run as a thread of this process."""

import ctypes
import os

from django.core.wsgi import get_wsgi_application

from nuanxin.kernel.startup import loading

# One heap for all threads: glibc gives each its own, megabytes that nobody uses, and Python allocates one at a time.
if hasattr(libc := ctypes.CDLL(None), "mallopt"):
    libc.mallopt(M_ARENA_MAX := -8, 1)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuanxin.config.settings")
with loading():
    application = get_wsgi_application()

from django.conf import settings

if settings.NUANXIN_EMBEDDED_WORKER:
    from nuanxin.kernel.worker import start_embedded  # -- only this mode needs the worker in a web process

    start_embedded()
