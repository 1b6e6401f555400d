from django.urls import path

from projects import proposing, views

app_name = "projects"
urlpatterns = [
    path("projects/", views.project_list, name="project-list"),
    path("projects/<uuid:pk>/", views.project_detail, name="project-detail"),
    path("projects/<uuid:pk>/edit/", views.project_edit, name="project-edit"),
    path("projects/<uuid:pk>/propose/", proposing.project_propose, name="project-propose"),
    path(
        "projects/<uuid:pk>/propose-change/",
        proposing.project_propose_change,
        name="project-propose-change",
    ),
    *(
        path(f"projects/<uuid:pk>/{act}/", proposing.project_alone, {"act": act}, name=f"project-{act}")
        for act in ("share", "start")
    ),
    path(
        "projects/<uuid:pk>/archive/",
        views.project_archive_or_restore,
        {"act": "archive"},
        name="project-archive",
    ),
    path(
        "projects/<uuid:pk>/restore/",
        views.project_archive_or_restore,
        {"act": "restore"},
        name="project-restore",
    ),
]
