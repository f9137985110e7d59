from django.urls import path

from accounts import api
from accounts.notifications import api as notifications

app_name = "accounts_api"
urlpatterns = [
    path("auth/register", api.RegisterView.as_view(), name="register"),
    path("auth/login", api.LoginView.as_view(), name="login"),
    path("auth/refresh", api.RefreshView.as_view(), name="refresh"),
    path("auth/logout", api.LogoutView.as_view(), name="logout"),
    path("auth/me", api.MeView.as_view(), name="me"),
    path("auth/password/change", api.PasswordChangeView.as_view(), name="password_change"),
    path("auth/password/reset", api.PasswordResetView.as_view(), name="password_reset"),
    path(
        "auth/password/reset/confirm",
        api.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("auth/email/verify", api.EmailVerifyView.as_view(), name="email_verify"),
    path("auth/ws-ticket", api.WebSocketTicketView.as_view(), name="ws_ticket"),
    path("user/profile", api.ProfileView.as_view(), name="profile"),
    path("user/settings", api.SettingsView.as_view(), name="settings"),
    path("settings/save", api.SettingsSaveView.as_view(), name="settings_save"),
    path("settings/sync", api.SettingsSyncView.as_view(), name="settings_sync"),
    path("notifications", notifications.NotificationListView.as_view(), name="notifications"),
    path(
        "notifications/read-all",
        notifications.NotificationReadAllView.as_view(),
        name="notifications_read_all",
    ),
    path(
        "notifications/<uuid:notification_id>/read",
        notifications.NotificationReadView.as_view(),
        name="notification_read",
    ),
]
