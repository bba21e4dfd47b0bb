from django.apps import AppConfig


class ApiKeysConfig(AppConfig):
    name = "bedside.safeguards.apikeys"
    default_auto_field = "django.db.models.BigAutoField"
