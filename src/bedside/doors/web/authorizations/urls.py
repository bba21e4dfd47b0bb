"""Addresses of the pages about forms and signed documents. None of them holds a patient's value, only ids."""

from django.urls import path

from bedside.doors.web.authorizations import building, documents, people, rounds

urlpatterns = [
    path("forms/", building.forms, name="forms"),
    path("forms/new/", building.start, name="form_new"),
    path("forms/purposes/", building.purposes, name="form_purposes"),
    path("forms/asking/", rounds.rounds, name="form_rounds"),
    path("forms/asking/<uuid:round_id>/", rounds.progress, name="form_round"),
    path("forms/asking/<uuid:round_id>/stop/", rounds.stop, name="form_round_stop"),
    path("forms/<uuid:form_id>/ask/<str:which>/", rounds.ask, name="form_ask"),
    path("forms/<uuid:form_id>/", building.form, name="form"),
    path("forms/<uuid:form_id>/check/", building.check, name="form_check"),
    path("forms/<uuid:form_id>/frame/", building.frame, name="form_frame"),
    path("forms/<uuid:form_id>/preview/", building.preview, name="form_preview"),
    path("forms/<uuid:form_id>/publish/", building.publish, name="form_publish"),
    path("forms/<uuid:form_id>/copy/", building.copy, name="form_copy"),
    path("forms/<uuid:form_id>/retire/", building.retire, name="form_retire"),
    path("patients/<uuid:patient_id>/documents/", people.documents, name="documents"),
    path("patients/<uuid:patient_id>/documents/ask/", people.ask, name="document_ask"),
    path("patients/<uuid:patient_id>/documents/paper/", people.paper, name="document_paper"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path("documents/<uuid:document_id>/frame/", documents.frame, name="document_frame"),
    path("documents/<uuid:document_id>/scan/", documents.scan, name="document_scan"),
]
