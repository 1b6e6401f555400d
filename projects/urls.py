from django.urls import path

from projects import carry_views, part_views, proposing, update_views, views
from projects.paste import views as paste_views
from projects.sections import SECTIONS

app_name = "projects"
urlpatterns = [
    path("projects/", views.project_list, name="project-list"),
    path("projects/export/", views.project_export, name="project-export"),
    path("projects/timeline/", views.project_timeline, name="project-timeline"),
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
    path("projects/<uuid:pk>/<slug:kind>/paste/", paste_views.paste, name="paste"),
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
    path("updates/<uuid:pk>/", update_views.update_history, name="update-history"),
    path("updates/<uuid:pk>/submit/", update_views.update_submit, name="update-submit"),
    path("updates/<uuid:pk>/return/", update_views.update_return, name="update-return"),
    path("projects/<uuid:pk>/carry-over/", carry_views.project_carry, name="project-carry-over"),
    path("programmes/<uuid:pk>/carry-over/", carry_views.projects_carry, name="programme-carry-over"),
]

for kind, section in SECTIONS.items():
    whole, part = f"{section.parent_address}/{section.slug}", f"{section.slug}/<uuid:pk>"
    urlpatterns += [
        path(f"{whole}/", part_views.part_list, {"kind": kind}, name=f"{kind}-list"),
        path(f"{whole}/add/", part_views.part_add, {"kind": kind}, name=f"{kind}-add"),
        path(f"{part}/edit/", part_views.part_edit, {"kind": kind}, name=f"{kind}-edit"),
        path(f"{part}/archive/", part_views.part_archive, {"kind": kind}, name=f"{kind}-archive"),
        path(f"{part}/restore/", part_views.part_restore, {"kind": kind}, name=f"{kind}-restore"),
    ]
