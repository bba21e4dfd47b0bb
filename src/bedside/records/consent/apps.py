from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "bedside.records.consent"
    default_auto_field = "django.db.models.BigAutoField"
