"""Addresses that stand in both portals."""

from django.urls import path

from lienthong.control.portals.bodies import views
from lienthong.core.pages import Page

patterns = [
    path("systems/<int:system>/", views.system, name=Page.SYSTEM),
    path("systems/<int:system>/keys/", views.system_keys, name=Page.SYSTEM_KEYS),
    path("systems/<int:system>/officers/", views.system_officers, name=Page.SYSTEM_OFFICERS),
    path("systems/<int:system>/officers.xlsx", views.export_officers, name=Page.EXPORT_OFFICERS),
    path("systems/<int:system>/papers/<str:place>/", views.paper_of_system, name=Page.SYSTEM_PAPER),
    path("mandates/<int:mandate>/paper/", views.paper_of_mandate, name=Page.MANDATE_PAPER),
    path("keys/<int:key>/revoke/", views.revoke_key, name=Page.REVOKE_KEY),
]
