from django.urls import path

from programme import views

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
]
