"""Addresses of the pages about campaigns. None of them ever holds a person's value."""

from django.urls import path

from bedside.doors.web.campaigns import asking, dropping, lists, pages, people, questions, steps

urlpatterns = [
    path("", lists.campaigns, name="campaigns"),
    path("new/", steps.new, name="campaign_new"),
    path("<uuid:campaign_id>/", pages.campaign_page, name="campaign"),
    path("<uuid:campaign_id>/kind/", steps.kind, name="campaign_kind"),
    path("<uuid:campaign_id>/audience/", steps.audience, name="campaign_audience"),
    path("<uuid:campaign_id>/message/", steps.message, name="campaign_message"),
    path("<uuid:campaign_id>/schedule/", steps.schedule, name="campaign_schedule"),
    path("<uuid:campaign_id>/review/", steps.review, name="campaign_review"),
    path("<uuid:campaign_id>/progress/", pages.progress, name="campaign_progress"),
    path("<uuid:campaign_id>/decide/", pages.decide, name="campaign_decide"),
    path("<uuid:campaign_id>/frame/", pages.frame, name="campaign_frame"),
    path("<uuid:campaign_id>/do/<str:verb>/", pages.act, name="campaign_act"),
    path("<uuid:campaign_id>/cancel/", pages.cancel, name="campaign_cancel"),
    path("<uuid:campaign_id>/questions/", questions.questions, name="campaign_questions"),
    path("<uuid:campaign_id>/questions/answer/", questions.answer, name="campaign_answer"),
    path("<uuid:campaign_id>/questions/test/", questions.test, name="campaign_test"),
    path("<uuid:campaign_id>/drop-outs/", dropping.dropping, name="campaign_dropping"),
    path("<uuid:campaign_id>/drop-outs/counts/", dropping.counts, name="campaign_drop_counts"),
    path(
        "<uuid:campaign_id>/drop-outs/addresses/",
        dropping.confirm_addresses,
        name="campaign_confirm_addresses",
    ),
    path("<uuid:campaign_id>/drop-outs/sign/<str:code>/", asking.ask_to_sign, name="campaign_ask_to_sign"),
    path("<uuid:campaign_id>/people/", people.people, name="campaign_people"),
    path("<uuid:campaign_id>/people/export/", people.export, name="campaign_people_export"),
    path("<uuid:campaign_id>/people/<int:recipient_id>/", people.person, name="campaign_person"),
    path("<uuid:campaign_id>/people/<int:recipient_id>/replay/", people.replay, name="campaign_replay"),
]
