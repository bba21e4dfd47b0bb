"""Addresses of the pages about imports."""

from django.urls import path

from bedside.doors.web.imports import columns, keeping, pulls, remembered, sheets, systems, views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.new, name="import_new"),
    path("systems/", systems.systems, name="systems"),
    path("systems/new/", systems.new, name="system_new"),
    path("systems/<uuid:source_id>/", systems.system, name="system"),
    path("systems/<uuid:source_id>/pause/", systems.pause, name="system_pause"),
    path("systems/<uuid:source_id>/fetching/", pulls.pull, name="system_pull"),
    path("systems/<uuid:source_id>/fetching/key/", pulls.key, name="system_pull_key"),
    path("systems/<uuid:source_id>/fetching/now/", pulls.now, name="system_pull_now"),
    path("keeping/", keeping.keeping, name="keeping"),
    path("<uuid:import_id>/", views.one, name="import"),
    path("<uuid:import_id>/columns/", columns.columns, name="import_columns"),
    path("<uuid:import_id>/sheet/", sheets.sheet, name="import_sheet"),
    path("<uuid:import_id>/forget-columns/", remembered.forget, name="import_forget_columns"),
    path("<uuid:import_id>/confirm/", views.confirm, name="import_confirm"),
    path("<uuid:import_id>/progress/", views.progress, name="import_progress"),
    path("<uuid:import_id>/pause/", views.pause, name="import_pause"),
    path("<uuid:import_id>/resume/", views.resume, name="import_resume"),
    path("<uuid:import_id>/cancel/", views.cancel, name="import_cancel"),
    path("<uuid:import_id>/remove/", views.remove, name="import_remove"),
    path("<uuid:import_id>/rejected.csv", views.rejected_csv, name="import_rejected"),
]
