"""Addresses of the pages about segments. They hold ids and codes only."""

from django.urls import path

from bedside.doors.web.segments import building, views

urlpatterns = [
    path("", views.segments, name="segments"),
    path("bin/", views.removed, name="segments_bin"),
    path("new/", building.new, name="segment_new"),
    path("<uuid:segment_id>/", building.edit, name="segment"),
    path("<uuid:segment_id>/duplicate/", building.duplicate, name="segment_duplicate"),
    path("<uuid:segment_id>/count/", views.count, name="segment_count"),
    path("<uuid:segment_id>/remove/", views.remove, name="segment_remove"),
    path("<uuid:segment_id>/restore/", views.restore, name="segment_restore"),
]
