"""Addresses of the pages about permissions. None of them holds a patient's value, only ids."""

from django.urls import path

from bedside.doors.web.permissions import (
    evidence,
    hearing,
    lists,
    representatives,
    reviewing,
    suppressions,
    views,
    what_if,
)

urlpatterns = [
    path("patients/<uuid:patient_id>/permissions/", views.permissions, name="permissions"),
    path("patients/<uuid:patient_id>/permissions/record/", hearing.hear, name="permissions_record"),
    path("patients/<uuid:patient_id>/permissions/evidence/", evidence.export, name="permissions_evidence"),
    path("patients/<uuid:patient_id>/permissions/what-if/", what_if.what_if, name="what_if"),
    path("patients/<uuid:patient_id>/authorization/", views.authorization, name="authorization"),
    path("permissions/representatives/", representatives.representatives, name="representatives"),
    path("permissions/review/", reviewing.review, name="permission_review"),
    path("suppressions/", suppressions.suppressions, name="suppressions"),
    path("suppressions/export/", lists.export, name="suppressions_export"),
    path("suppressions/lists/new/", lists.new_list, name="suppression_list_new"),
    path("suppressions/lists/<uuid:list_id>/", lists.one_list, name="suppression_list"),
    path("suppressions/lists/<uuid:list_id>/cancel/", lists.cancel_list, name="suppression_list_cancel"),
    path("suppressions/lists/<uuid:list_id>/undo/", lists.undo_list, name="suppression_list_undo"),
    path("suppressions/lists/<uuid:list_id>/bad-lines/", lists.bad_lines, name="suppression_list_bad"),
    path("suppressions/<uuid:suppression_id>/lift/", suppressions.lift, name="suppression_lift"),
]
