from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "bedside.doors.web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bedside.doors.web import noting  # noqa: F401  connects the signals
