from django.urls import path

from records import job_pages, views

app_name = "records"
urlpatterns = [
    path("health", views.health, name="health"),
    path("jobs/<uuid:pk>/", job_pages.job_detail, name="job-detail"),
    path("jobs/<uuid:pk>/file", job_pages.job_file, name="job-file"),
    path("jobs/<uuid:pk>/cancel/", job_pages.job_act, {"act": "cancel"}, name="job-cancel"),
    path("jobs/<uuid:pk>/retry/", job_pages.job_act, {"act": "retry"}, name="job-retry"),
]
