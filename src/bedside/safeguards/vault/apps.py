from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "bedside.safeguards.vault"
    default_auto_field = "django.db.models.BigAutoField"
