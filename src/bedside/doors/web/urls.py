"""Addresses of the staff pages, one file of addresses per area."""

from django.urls import include, path

urlpatterns = [
    path("", include("bedside.doors.web.home.urls")),
    path("", include("bedside.doors.web.permissions.urls")),
    path("", include("bedside.doors.web.authorizations.urls")),
    path("", include("bedside.doors.web.signups.urls")),
    path("requests/", include("bedside.doors.web.requests.urls")),
    path("patients/", include("bedside.doors.web.patients.urls")),
    path("imports/", include("bedside.doors.web.imports.urls")),
    path("segments/", include("bedside.doors.web.segments.urls")),
    path("messages/", include("bedside.doors.web.messages.urls")),
    path("media/", include("bedside.doors.web.media.urls")),
    path("campaigns/", include("bedside.doors.web.campaigns.urls")),
    path("reports/", include("bedside.doors.web.reports.urls")),
    path("erasure/", include("bedside.doors.web.erasure.urls")),
    path("ledger/", include("bedside.doors.web.ledger.urls")),
    path("keys/", include("bedside.doors.web.keys.urls")),
    path("staff/", include("bedside.doors.web.staff.urls")),
    path("settings/", include("bedside.doors.web.settings.urls")),
    path("settings/", include("bedside.doors.web.apikeys.urls")),
    path("inbox/", include("bedside.doors.web.inbox.urls")),
]
