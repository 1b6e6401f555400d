from django.urls import path

from delivery import calendar_views, views

app_name = "delivery"
urlpatterns = [
    path("notices/", views.notice_list, name="notice-list"),
    path("notices/read/", views.notice_read_all, name="notice-read-all"),
    path("notices/<slug:kind>/<uuid:pk>/read/", views.notice_read, name="notice-read"),
    path("notices/mail/", views.mail_choose, name="mail-choose"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/renew/", calendar_views.calendar_renew, name="calendar-renew"),
    path("calendar/remove/", calendar_views.calendar_remove, name="calendar-remove"),
    path("calendar/<str:token>.ics", calendar_views.person_feed, name="person-calendar"),
    path("areas/<uuid:pk>/calendar.ics", calendar_views.area_feed, name="area-calendar"),
    path("follows/", views.follow_list, name="follow-list"),
    path(
        "follows/<slug:kind>/<uuid:pk>/follow/",
        views.follow_or_not,
        {"act": "follow"},
        name="record-follow",
    ),
    path(
        "follows/<slug:kind>/<uuid:pk>/unfollow/",
        views.follow_or_not,
        {"act": "unfollow"},
        name="record-unfollow",
    ),
]
