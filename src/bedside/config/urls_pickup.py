"""Addresses of the patients' door."""

from django.urls import include, path

urlpatterns = [path("", include("bedside.doors.pickup.urls"))]
