from django.apps import AppConfig


class ComposerConfig(AppConfig):
    name = "bedside.decisions.composer"
    default_auto_field = "django.db.models.BigAutoField"
