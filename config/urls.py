"""Every address of the product."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("overview.urls")),
    path("", include("programme.urls")),
    path("", include("projects.urls")),
    path("experts/", include("experts.urls")),
    path("", include("approvals.urls")),
    path("", include("attachments.urls")),
    path("", include("approvals.assignment_urls")),
    path("", include("delivery.urls")),
    path("", include("reports.urls")),
    path("", include("accounts.urls")),
    path("", include("records.urls")),
    path("account/", include("accounts.sign_in_urls")),
    path("admin/", admin.site.urls),
    path("", include("config.api")),
]
if settings.LOCAL or settings.MODE == "test":
    urlpatterns += [path("dev/", include("records.dev_urls")), path("dev/", include("delivery.dev_urls"))]

handler400 = "records.pages.errors.bad_request"
handler403 = "records.pages.errors.not_allowed"
handler404 = "records.pages.errors.not_found"
handler500 = "records.pages.errors.server_error"
