from django.urls import path

from approvals import assignment_views as views

app_name = "assignments"
RECORD = "records/<slug:kind>/<uuid:pk>"

urlpatterns = [
    path(f"{RECORD}/opinions/", views.opinions, name="opinions"),
    path(f"{RECORD}/opinions/ask/", views.assignment_add, name="assignment-add"),
    path("opinions/<uuid:pk>/", views.assignment_detail, name="assignment-detail"),
    path("opinions/<uuid:pk>/answer/", views.assignment_answer, name="assignment-answer"),
    path("opinions/<uuid:pk>/edit/", views.assignment_edit, name="assignment-edit"),
    path("opinions/<uuid:pk>/withdraw/", views.assignment_withdraw, name="assignment-withdraw"),
]
