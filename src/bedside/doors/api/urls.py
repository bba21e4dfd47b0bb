"""Addresses of the API, under `/api/v1/`."""

from django.urls import path

from bedside.doors.api import views

urlpatterns = [
    path("fhir", views.fhir, name="api_fhir"),
    path("hl7", views.hl7, name="api_hl7"),
    path("patients", views.patients, name="api_patients"),
    path("imports/<uuid:import_id>", views.one_import, name="api_import"),
]
