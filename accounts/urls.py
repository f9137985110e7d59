from django.urls import path

from accounts import pages
from accounts.notifications import pages as notifications

app_name = "accounts"
urlpatterns = [
    path("sign-up", pages.register_page, name="register"),
    path("sign-in", pages.login_page, name="login"),
    path("sign-out", pages.logout_page, name="logout"),
    path("welcome", pages.onboarding_page, name="onboarding"),
    path("waiting", pages.tutor_waiting_page, name="tutor_waiting"),
    path("settings", pages.settings_page, name="settings"),
    path("settings/password", pages.password_change_page, name="password_change"),
    path("notifications", notifications.notifications_page, name="notifications"),
    path("notifications/read-all", notifications.read_all_page, name="notifications_read_all"),
    path(
        "notifications/<uuid:notification_id>",
        notifications.open_notification_page,
        name="notification",
    ),
    path("reset", pages.password_reset_page, name="password_reset"),
    path("reset/sent", pages.password_reset_done_page, name="password_reset_done"),
    path(
        "reset/<str:uid>/<str:token>",
        pages.password_reset_confirm_page,
        name="password_reset_confirm",
    ),
    path("verify", pages.send_verification_page, name="send_verification"),
    path("verify/<str:uid>/<str:token>", pages.verify_email_page, name="verify_email"),
]
