from django.urls import path

from learning import pages

app_name = "learning"
urlpatterns = [
    path("today", pages.today_page, name="today"),
]
