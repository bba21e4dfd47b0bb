"""Addresses of the pages about erasures and legal holds: ids only."""

from django.urls import path

from bedside.doors.web.erasure import certificates, holds, views

urlpatterns = [
    path("", certificates.erasures, name="erasures"),
    path("holds/", holds.holds, name="holds"),
    path("holds/<uuid:hold_id>/lift/", holds.lift, name="hold_lift"),
    path("person/<uuid:patient_id>/", views.erase, name="erase_person"),
    path("person/<uuid:patient_id>/hold/", holds.place, name="hold_place"),
    path("<uuid:erasure_id>/", certificates.erasure, name="erasure"),
    path("<uuid:erasure_id>/certificate/", certificates.download, name="erasure_certificate"),
]
