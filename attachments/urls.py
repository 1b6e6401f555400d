from django.urls import path

from attachments import views

app_name = "attachments"
RECORD = "records/<slug:kind>/<uuid:pk>"
ACTS = ("archive", "restore")

urlpatterns = [
    path(f"{RECORD}/documents/", views.documents, name="documents"),
    path(f"{RECORD}/documents/add/", views.document_add, name="document-add"),
    path(f"{RECORD}/remarks/", views.remarks, name="remarks"),
    path(f"{RECORD}/remarks/add/", views.remark_add, name="remark-add"),
    path(f"{RECORD}/people/", views.people, name="people"),
    path(f"{RECORD}/links/", views.links, name="links"),
    path(f"{RECORD}/links/add/", views.link_add, name="link-add"),
    path("documents/<uuid:pk>/file/", views.document_file, name="document-file"),
    path("documents/<uuid:pk>/edit/", views.document_edit, name="document-edit"),
    path("remarks/<uuid:pk>/edit/", views.remark_edit, name="remark-edit"),
    *(
        path(f"documents/<uuid:pk>/{act}/", views.document_act, {"act": act}, name=f"document-{act}")
        for act in ACTS
    ),
    *(
        path(f"remarks/<uuid:pk>/{act}/", views.remark_act, {"act": act}, name=f"remark-{act}")
        for act in ACTS
    ),
    path("links/<uuid:pk>/archive/", views.link_act, name="link-archive"),
]
