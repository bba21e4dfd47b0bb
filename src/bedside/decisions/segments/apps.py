from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "bedside.decisions.segments"
    default_auto_field = "django.db.models.BigAutoField"
