"""Addresses of the pages about permissions. None of them holds a patient's value, only ids."""

from django.urls import path

from bedside.doors.web.permissions import evidence, hearing, suppressions, views, what_if

urlpatterns = [
    path("patients/<uuid:patient_id>/permissions/", views.permissions, name="permissions"),
    path("patients/<uuid:patient_id>/permissions/record/", hearing.hear, name="permissions_record"),
    path("patients/<uuid:patient_id>/permissions/evidence/", evidence.export, name="permissions_evidence"),
    path("patients/<uuid:patient_id>/permissions/what-if/", what_if.what_if, name="what_if"),
    path("patients/<uuid:patient_id>/authorization/", views.authorization, name="authorization"),
    path("suppressions/", suppressions.suppressions, name="suppressions"),
    path("suppressions/<uuid:suppression_id>/lift/", suppressions.lift, name="suppression_lift"),
]
