"""Addresses of the pages about patients. None of them ever holds a patient's value, only ids."""

from django.urls import path

from bedside.doors.web.patients import exporting, views

urlpatterns = [
    path("", views.patients, name="patients"),
    path("add/", views.add, name="patient_add"),
    path("export/", exporting.export, name="patients_export"),
    path("<uuid:patient_id>/", views.patient_page, name="patient"),
    path("<uuid:patient_id>/edit/", views.edit, name="patient_edit"),
    path("<uuid:patient_id>/deceased/", views.deceased, name="patient_deceased"),
    path("<uuid:patient_id>/mails/", views.mails, name="patient_mails"),
]
