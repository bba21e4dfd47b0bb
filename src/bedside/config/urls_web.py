"""Addresses of the staff door."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("bedside.doors.api.urls")),
    path("account/", include("bedside.doors.web.account.urls")),
    path("", include("bedside.doors.web.urls")),
]
handler400 = "bedside.doors.web.errors.bad_request"
handler403 = "bedside.doors.web.errors.forbidden"
handler404 = "bedside.doors.web.errors.not_found"
handler500 = "bedside.doors.web.errors.broken"
