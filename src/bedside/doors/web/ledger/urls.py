"""Addresses of the pages about the ledger. None of them ever holds a patient's value, only ids."""

from django.urls import path

from bedside.doors.web.ledger import entry, exporting, looking, reviewing, verification, views

urlpatterns = [
    path("", views.ledger, name="ledger"),
    path("export/", exporting.export, name="ledger_export"),
    path("review/", reviewing.review, name="ledger_review"),
    path("verification/", verification.verification, name="ledger_verification"),
    path("verification/now/", verification.verify, name="ledger_verify"),
    path("verification/progress/", verification.progress, name="ledger_verifying"),
    path("verification/keys/<slug:fingerprint>/", verification.key, name="ledger_key"),
    path("verification/checkpoint/", verification.checkpoint, name="ledger_checkpoint"),
    path("verification/export/", verification.export_sealed, name="ledger_export_sealed"),
    path("patients/<uuid:patient_id>/", looking.who_looked, name="ledger_patient"),
    path("<int:entry_id>/", entry.entry_page, name="ledger_entry"),
    path("<int:entry_id>/people/", entry.people, name="ledger_people"),
    path("<int:entry_id>/proof/", entry.proof_file, name="ledger_proof"),
]
