from django.urls import path

from overview import views

app_name = "overview"
urlpatterns = [
    path("", views.home, name="home"),
    path("changes/looked/", views.changes_look, name="changes-look"),
    path("waiting/<slug:name>/", views.waiting_list, name="waiting-list"),
    path("waiting/<slug:name>/<uuid:pk>/remind/", views.remind, name="remind"),
]
