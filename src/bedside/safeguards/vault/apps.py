from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class VaultConfig(AppConfig):
    name = "bedside.safeguards.vault"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # What is sealed where must be known to whoever destroys a key.
        autodiscover_modules("keys_in_use")
