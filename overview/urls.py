from django.urls import path

from overview import views

app_name = "overview"
urlpatterns = [
    path("", views.home, name="home"),
    path("changes/looked/", views.changes_look, name="changes-look"),
    path("waiting/<slug:name>/", views.waiting_list, name="waiting-list"),
    path("waiting/<slug:name>/<uuid:pk>/remind/", views.remind, name="remind"),
    path("coverage/", views.coverage, name="coverage"),
    path("programmes/<uuid:pk>/results/", views.results, name="results"),
    path("compare/<slug:kind>/<uuid:pk>/", views.compare, name="compare"),
    path("projects/<uuid:pk>/compare/", views.compare, {"kind": "project"}, name="project-compare"),
]
