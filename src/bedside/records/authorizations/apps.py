from django.apps import AppConfig


class AuthorizationsConfig(AppConfig):
    name = "bedside.records.authorizations"
    default_auto_field = "django.db.models.BigAutoField"
