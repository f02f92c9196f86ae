from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    name = "nuanxin.kernel"
    label = "kernel"
    verbose_name = "内核"

    def ready(self) -> None:
        """Let every context register its rules, reactions, periodic jobs, personal tables and checks."""
        autodiscover_modules("permissions", "subscribers", "jobs", "personal", "checks")
        # The kernel's own:
        autodiscover_modules("checks.configuration", "checks.background", "checks.seals", "checks.paper")
        autodiscover_modules("checks.retention", "checks.pictures", "checks.storing")
