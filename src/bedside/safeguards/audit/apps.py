from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "bedside.safeguards.audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # A process that only reads the ledger must know the sentences of every room's entries too.
        autodiscover_modules("entries")
