"""Addresses of the pages about segments. They hold ids and codes only."""

from django.urls import path

from bedside.doors.web.segments import building, gallery, removing, views

urlpatterns = [
    path("", views.segments, name="segments"),
    path("bin/", removing.removed, name="segments_bin"),
    path("ready/", gallery.gallery, name="segments_ready"),
    path("ready/<slug:code>/", building.start_with, name="segment_start"),
    path("ready/<slug:code>/count/", gallery.count, name="segment_ready_count"),
    path("codes/", gallery.codes, name="segment_codes"),
    path("new/", building.new, name="segment_new"),
    path("<uuid:segment_id>/", building.edit, name="segment"),
    path("<uuid:segment_id>/duplicate/", building.duplicate, name="segment_duplicate"),
    path("<uuid:segment_id>/count/", views.count, name="segment_count"),
    path("<uuid:segment_id>/remove/", removing.remove, name="segment_remove"),
    path("<uuid:segment_id>/restore/", removing.restore, name="segment_restore"),
]
