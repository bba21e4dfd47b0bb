"""Addresses of the media library."""

from django.urls import path

from bedside.doors.web.media import changing, library, picking

urlpatterns = [
    path("", library.library, name="media"),
    path("add/", library.add, name="media_add"),
    path("forms/", library.forms, name="media_forms"),
    path("pick/", picking.pick, name="media_pick"),
    path("<uuid:picture_id>/", changing.picture, name="media_picture"),
    path("<uuid:picture_id>/file/<int:width>/", picking.file, name="media_file"),
    path("<uuid:picture_id>/archive/", changing.archive, name="media_archive"),
    path("<uuid:picture_id>/restore/", changing.restore, name="media_restore"),
    path("<uuid:picture_id>/remove/", changing.remove, name="media_remove"),
]
