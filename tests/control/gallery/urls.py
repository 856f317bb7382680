from django.urls import path
from django.views.i18n import set_language

from tests.control.gallery import views

urlpatterns = [
    path("request/", views.request_page),
    path("monitor/", views.monitor_page),
    path("list/", views.list_page),
    path("empty/", views.empty_page),
    path("form/", views.form_page),
    path("sign-in/", views.sign_in_page),
    path("refuse/", views.refuse_page),
    path("part/", views.part),
    path("render/", views.render_source),
    path("bare/", views.bare_page),
    path("language/", set_language),
]
