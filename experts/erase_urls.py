"""Addresses of erasures, and of all that is held on an expert."""

from django.urls import path

from experts.views import erasure

erasures = [
    path("erasures/", erasure.erasure_list, name="erasure-list"),
    path("<uuid:pk>/erase/", erasure.expert_erase_page, name="expert-erase"),
    path("<uuid:pk>/erased/", erasure.expert_erased, name="expert-erased"),
    path("<uuid:pk>/held/", erasure.expert_held, name="expert-held"),
]
