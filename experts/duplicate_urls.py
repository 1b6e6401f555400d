from django.urls import path

from experts.duplicates import views

urlpatterns = [
    path("duplicates/", views.duplicate_list, name="duplicate-list"),
    path("duplicates/<uuid:pk>/", views.duplicate_detail, name="duplicate-detail"),
    path("duplicates/<uuid:pk>/merge/", views.duplicate_merge, name="duplicate-merge"),
    path("duplicates/<uuid:pk>/dismiss/", views.duplicate_dismiss, name="duplicate-dismiss"),
]
