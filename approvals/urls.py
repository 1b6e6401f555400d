from django.urls import path

from approvals import views

app_name = "approvals"
urlpatterns = [
    path("proposals/", views.proposal_list, name="proposal-list"),
    path("proposals/chain/", views.chain_page, name="chain"),
    path("proposals/<uuid:pk>/", views.proposal_detail, name="proposal-detail"),
    path("proposals/<uuid:pk>/answer/", views.proposal_answer, name="proposal-answer"),
]
