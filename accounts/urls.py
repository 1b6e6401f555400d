from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("language/", views.choose_language, name="language"),
    path("theme/", views.choose_theme, name="theme"),
    path("sides.css", views.sides_css, name="sides-css"),
]
