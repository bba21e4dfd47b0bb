from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from bedside.correspondence.campaigns.way_out import WayOut


def _describe(*arguments: Any, **named: Any) -> WayOut:
    # Imported late: every command would otherwise load all that sends mail.
    from bedside.correspondence.delivery.trying import describe

    return describe(*arguments, **named)


class DeliveryConfig(AppConfig):
    name = "bedside.correspondence.delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bedside.correspondence.campaigns.way_out import declare_way_out

        declare_way_out(_describe)
