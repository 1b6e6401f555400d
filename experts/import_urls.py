from django.urls import path

from experts.importing import views

urlpatterns = [
    path("import/", views.import_list, name="import-list"),
    path("import/template/<str:language>.<str:format>", views.import_template, name="import-template"),
    path("import/<uuid:pk>/", views.import_detail, name="import-detail"),
    path("import/<uuid:pk>/apply/", views.import_apply, name="import-apply"),
    path("import/<uuid:pk>/drop/", views.import_drop, name="import-drop"),
    path("import/<uuid:pk>/errors/", views.import_errors, name="import-errors"),
    path("export/", views.expert_export, name="expert-export"),
]
