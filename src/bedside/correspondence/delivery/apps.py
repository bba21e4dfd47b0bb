from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "bedside.correspondence.delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bedside.correspondence.campaigns.way_out import declare_way_out
        from bedside.correspondence.delivery.trying import describe

        declare_way_out(describe)
