from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "bedside.safeguards.audit"
    default_auto_field = "django.db.models.BigAutoField"
