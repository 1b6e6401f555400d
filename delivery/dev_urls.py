"""Pages that a local or test installation serves, and no other."""

from django.urls import path

from delivery import mailbox

urlpatterns = [
    path("mail/", mailbox.mail_list, name="dev-mail"),
    path("mail/<str:file>/<int:number>/", mailbox.mail_detail, name="dev-mail-detail"),
]
