from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "bedside.oversight.backups"
    default_auto_field = "django.db.models.BigAutoField"
