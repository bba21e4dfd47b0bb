"""Addresses of the pages about patients. None of them ever holds a patient's value, only ids."""

from django.urls import path

from bedside.doors.web.patients import charting, exporting, merging, own_fields, views

urlpatterns = [
    path("", views.patients, name="patients"),
    path("add/", views.add, name="patient_add"),
    path("export/", exporting.export, name="patients_export"),
    path("fields/", own_fields.own_fields, name="own_fields"),
    path("<uuid:patient_id>/", views.patient_page, name="patient"),
    path("<uuid:patient_id>/edit/", views.edit, name="patient_edit"),
    path("<uuid:patient_id>/deceased/", views.deceased, name="patient_deceased"),
    path("<uuid:patient_id>/merge/", merging.merge, name="patient_merge"),
    path("<uuid:patient_id>/chart/", charting.patient_chart, name="patient_chart"),
    path("<uuid:patient_id>/mails/", views.mails, name="patient_mails"),
]
