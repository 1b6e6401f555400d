"""The product's own addresses, and beside them what its list is compared with."""

from django.urls import include, path

from benchmarks import views

urlpatterns = [
    path("bench/serializer", views.PlainProjects.as_view()),
    path("bench/postgres", views.postgres),
    path("bench/empty", views.empty),
    path("", include("config.urls")),
]

handler400 = "records.pages.errors.bad_request"
handler403 = "records.pages.errors.not_allowed"
handler404 = "records.pages.errors.not_found"
handler500 = "records.pages.errors.server_error"
