from django.urls import path

from projects import carry_views, views

app_name = "projects"
urlpatterns = [
    path("projects/", views.project_list, name="project-list"),
    path("projects/<uuid:pk>/", views.project_detail, name="project-detail"),
    path("projects/<uuid:pk>/edit/", views.project_edit, name="project-edit"),
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
    path("projects/<uuid:pk>/carry-over/", carry_views.project_carry, name="project-carry-over"),
    path("programmes/<uuid:pk>/carry-over/", carry_views.projects_carry, name="programme-carry-over"),
]
