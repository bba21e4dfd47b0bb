from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "bedside.safeguards.practices"
    default_auto_field = "django.db.models.BigAutoField"
