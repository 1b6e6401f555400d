"""The addresses of requests, invitations, engagements, and of the expert's own answer."""

from django.urls import path

from experts.views import answer, engagements, invitations, requests

asking = [
    path("requests/", requests.request_list, name="request-list"),
    path("requests/new/", requests.request_new, name="request-new"),
    path("requests/<uuid:pk>/", requests.request_detail, name="request-detail"),
    path("requests/<uuid:pk>/edit/", requests.request_edit, name="request-edit"),
    path("requests/<uuid:pk>/matches/", requests.request_matches, name="request-matches"),
    path("requests/<uuid:pk>/shortlist/", requests.request_shortlist, name="request-shortlist"),
    *(
        path(f"requests/<uuid:pk>/{act}/", requests.request_act, {"act": act}, name=f"request-{act}")
        for act in ("open", "close", "cancel")
    ),
    path("invitations/<uuid:pk>/", invitations.invitation_detail, name="invitation-detail"),
    *(
        path(
            f"invitations/<uuid:pk>/{act}/",
            invitations.invitation_act,
            {"act": act},
            name=f"invitation-{act}",
        )
        for act in ("invite", "withdraw", "remove", "release", "refuse", "link", "reply")
    ),
    path("engagements/", engagements.engagement_list, name="engagement-list"),
    path("engagements/<uuid:pk>/", engagements.engagement_detail, name="engagement-detail"),
    path("engagements/<uuid:pk>/edit/", engagements.engagement_edit, name="engagement-edit"),
    *(
        path(
            f"engagements/<uuid:pk>/{act}/",
            engagements.engagement_act,
            {"act": act},
            name=f"engagement-{act}",
        )
        for act in ("start", "close", "cancel", "feedback")
    ),
    path("answer/<str:token>/", answer.invitation_answer, name="invitation-answer"),
]
