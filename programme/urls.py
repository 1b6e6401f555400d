from django.urls import path

from programme import views
from programme.minutes import views as minutes

ARCHIVE, RESTORE = {"act": "archive"}, {"act": "restore"}
RESOLUTION, OBLIGATION = {"kind": "resolution"}, {"kind": "obligation"}

app_name = "programme"
urlpatterns = [
    path("programmes/", views.programme_list, name="programme-list"),
    path("programmes/<uuid:pk>/", views.programme_detail, name="programme-detail"),
    path("areas/<uuid:pk>/", views.area_detail, name="area-detail"),
    path("provisions/<uuid:pk>/", views.provision_detail, name="provision-detail"),
    path("agreements/", views.agreement_list, name="agreement-list"),
    path("agreements/<uuid:pk>/", views.agreement_detail, name="agreement-detail"),
    path("events/", views.event_list, name="event-list"),
    path("events/<uuid:pk>/", views.event_detail, name="event-detail"),
    path("statements/", views.statement_list, name="statement-list"),
    path("statements/<uuid:pk>/", views.statement_detail, name="statement-detail"),
    path("sources/", views.source_list, name="source-list"),
    path("sources/<uuid:pk>/", views.source_detail, name="source-detail"),
    path("organisations/<uuid:pk>/", views.organisation_detail, name="organisation-detail"),
    path("events/<uuid:pk>/resolutions/add/", minutes.resolution_add, name="resolution-add"),
    path("resolutions/<uuid:pk>/", minutes.resolution_detail, name="resolution-detail"),
    path("resolutions/<uuid:pk>/edit/", minutes.resolution_edit, name="resolution-edit"),
    path("resolutions/<uuid:pk>/archive/", minutes.move, ARCHIVE | RESOLUTION, name="resolution-archive"),
    path("resolutions/<uuid:pk>/restore/", minutes.move, RESTORE | RESOLUTION, name="resolution-restore"),
    path(
        "resolutions/<uuid:pk>/obligations/add/<str:code>/", minutes.obligation_add, name="obligation-add"
    ),
    path("obligations/", minutes.obligation_list, name="obligation-list"),
    path("obligations/<uuid:pk>/", minutes.obligation_detail, name="obligation-detail"),
    path("obligations/<uuid:pk>/edit/", minutes.obligation_edit, name="obligation-edit"),
    path("obligations/<uuid:pk>/due/", minutes.obligation_put_off, name="obligation-due"),
    path("obligations/<uuid:pk>/archive/", minutes.move, ARCHIVE | OBLIGATION, name="obligation-archive"),
    path("obligations/<uuid:pk>/restore/", minutes.move, RESTORE | OBLIGATION, name="obligation-restore"),
    path("programmes/<uuid:pk>/working-day/", minutes.working_day, name="working-day"),
]
