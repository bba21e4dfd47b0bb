"""Addresses of the patients' door."""

from django.urls import include, path

urlpatterns = [path("", include("bedside.doors.pickup.urls"))]
handler404 = "bedside.doors.pickup.pages.missing"
handler500 = "bedside.doors.pickup.pages.broken"
