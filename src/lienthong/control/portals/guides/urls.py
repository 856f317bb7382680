"""Addresses that stand in both portals."""

from django.urls import path

from lienthong.control.portals.guides import views, views_writing
from lienthong.core.pages import Page

patterns = [
    path("guides/", views.guides, name=Page.GUIDES),
    path("guides/authority/", views.authority_guide, name=Page.AUTHORITY_GUIDE),
    path("guides/<int:guide>/", views.guide, name=Page.GUIDE),
    path("guides/<int:guide>/editions/<int:number>/", views.edition, name=Page.GUIDE_EDITION),
    path("guides/<int:guide>/editions/<int:number>/markdown/", views.markdown, name=Page.GUIDE_FILE),
    path("guides/<int:guide>/editions/<int:number>/pdf/", views.pdf, name=Page.GUIDE_PDF),
    path("guides/<int:guide>/parts/<str:part>/", views_writing.part, name=Page.GUIDE_PART),
    path("guides/<int:guide>/parts/<str:part>/restore/", views_writing.restore, name=Page.GUIDE_RESTORE),
    path("guides/<int:guide>/preview/", views_writing.preview, name=Page.GUIDE_PREVIEW),
    path("guides/<int:guide>/publish/", views_writing.publish, name=Page.GUIDE_PUBLISH),
]
