"""Pages that a local or test installation serves, and no other."""

from django.urls import path

from records import views

urlpatterns = [path("kit/", views.kit, name="dev-kit")]
