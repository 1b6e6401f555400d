from django.urls import URLPattern, path

from experts import duplicate_urls, import_urls
from experts.views import profile

app_name = "experts"

profiles = [
    path("", profile.expert_list, name="expert-list"),
    path("<uuid:pk>/", profile.expert_detail, name="expert-detail"),
]

urlpatterns: list[URLPattern] = [
    *profiles,
    *import_urls.urlpatterns,
    *duplicate_urls.urlpatterns,
]
