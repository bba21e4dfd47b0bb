from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "bedside.oversight.retention"
    default_auto_field = "django.db.models.BigAutoField"
