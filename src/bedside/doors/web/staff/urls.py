"""Addresses of the pages about staff."""

from django.urls import path

from bedside.doors.web.staff import views

urlpatterns = [
    path("", views.staff, name="staff"),
    path("add/", views.add, name="staff_add"),
    path("<uuid:account_id>/", views.member_page, name="staff_member"),
    path("<uuid:account_id>/end/", views.end, name="staff_end"),
    path("<uuid:account_id>/password/", views.password, name="staff_password"),
    path("<uuid:account_id>/second-step/", views.second_step, name="staff_second_step"),
]
