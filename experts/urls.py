from django.urls import URLPattern, path

from experts.views import profile

app_name = "experts"

profiles = [
    path("", profile.expert_list, name="expert-list"),
    path("<uuid:pk>/", profile.expert_detail, name="expert-detail"),
]

urlpatterns: list[URLPattern] = [
    *profiles,
]
