from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "bedside.records.intake"
    default_auto_field = "django.db.models.BigAutoField"
