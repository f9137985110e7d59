from accounts.services.audit import record_audit
from accounts.services.languages import choose_languages, override_level, set_level
from accounts.services.passwords import (
    change_password,
    confirm_password_reset,
    request_password_reset,
    reset_link_works,
)
from accounts.services.preferences import update_account, update_settings
from accounts.services.profiles import complete_onboarding, update_profile
from accounts.services.registration import register_user
from accounts.services.sign_in import (
    check_credentials,
    end_lockout,
    open_api_sign_in,
    record_sign_in,
)
from accounts.services.tickets import issue_ws_ticket, redeem_ws_ticket
from accounts.services.tokens import (
    TokenPair,
    issue_tokens,
    revoke_family,
    revoke_refresh_token,
    rotate_refresh_token,
)
from accounts.services.tutors import (
    approve_tutor,
    assign_tutor,
    change_role,
    decline_tutor,
    end_assignment,
)
from accounts.services.verification import send_verification, verify_email

__all__ = [
    "TokenPair",
    "approve_tutor",
    "assign_tutor",
    "change_password",
    "change_role",
    "check_credentials",
    "choose_languages",
    "complete_onboarding",
    "confirm_password_reset",
    "decline_tutor",
    "end_assignment",
    "end_lockout",
    "issue_tokens",
    "issue_ws_ticket",
    "open_api_sign_in",
    "override_level",
    "record_audit",
    "record_sign_in",
    "redeem_ws_ticket",
    "register_user",
    "request_password_reset",
    "reset_link_works",
    "revoke_family",
    "revoke_refresh_token",
    "rotate_refresh_token",
    "send_verification",
    "set_level",
    "update_account",
    "update_profile",
    "update_settings",
    "verify_email",
]
