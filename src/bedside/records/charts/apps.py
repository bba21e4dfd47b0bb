from django.apps import AppConfig


class ChartsConfig(AppConfig):
    name = "bedside.records.charts"
    default_auto_field = "django.db.models.BigAutoField"
