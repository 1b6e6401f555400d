from django.contrib.auth.decorators import login_not_required
from django.urls import path
from oauth2_provider.views import RevokeTokenView, TokenView

from accounts import people, views

app_name = "accounts"
# The one way in for partner systems, and the way to give a token back.
token, revoke = (login_not_required(view.as_view()) for view in (TokenView, RevokeTokenView))

urlpatterns = [
    path("oauth/token/", token, name="oauth-token"),
    path("oauth/revoke/", revoke, name="oauth-revoke"),
    path("language/", views.choose_language, name="language"),
    path("theme/", views.choose_theme, name="theme"),
    path("absence/", people.absence, name="absence"),
    path("people/", people.colleague_list, name="colleague-list"),
    path("people/<int:pk>/hand-over/", people.hand_over, name="hand-over"),
    path("sides.css", views.sides_css, name="sides-css"),
]
