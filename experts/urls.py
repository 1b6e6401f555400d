from django.urls import URLPattern, path

from experts import duplicate_urls, import_urls
from experts.asking_urls import asking
from experts.erase_urls import erasures
from experts.views import acts, fields, keeping, profile, works

app_name = "experts"

profiles = [
    path("", profile.expert_list, name="expert-list"),
    path("new/", keeping.expert_new, name="expert-new"),
    path("<uuid:pk>/", profile.expert_detail, name="expert-detail"),
    path("<uuid:pk>/edit/", keeping.expert_edit, name="expert-edit"),
    *(
        path(f"<uuid:pk>/{act}/", acts.expert_act, {"act": act}, name=f"expert-{act}")
        for act in ("publish", "suspend", "confirm", "archive", "restore")
    ),
    path("<uuid:pk>/consent/", acts.consent_edit, name="consent-edit"),
    path("<uuid:pk>/consent/withdraw/", acts.expert_act, {"act": "withdraw"}, name="consent-withdraw"),
    path("<uuid:pk>/contact/", profile.expert_contact, name="expert-contact"),
    path("<uuid:pk>/contact/edit/", keeping.contact_edit, name="contact-edit"),
    path("<uuid:pk>/works/add/", works.work_add, name="work-add"),
    path("works/<uuid:pk>/edit/", works.work_edit, name="work-edit"),
    path("works/<uuid:pk>/archive/", works.work_take_off, name="work-archive"),
    path("fields/", fields.field_list, name="field-list"),
    path("fields/<uuid:pk>/", fields.field_detail, name="field-detail"),
]

urlpatterns: list[URLPattern] = [
    *erasures,
    *profiles,
    *asking,
    *import_urls.urlpatterns,
    *duplicate_urls.urlpatterns,
]
