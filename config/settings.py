"""All settings, read from the environment (and `.env` beside manage.py). See `.env.example`."""

from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from kombu import Queue as KombuQueue
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import admin_theme, embedded, logs
from config.enum_names import ENUM_NAMES
from config.environment import Environment
from config.queues import QUEUE_OF, Queue, route_of

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
TESTING = env.bool("PARLANCE_TESTING", default=False)
if not TESTING:
    # Tests come out the same whatever their owner has set for `make run`.
    env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("PARLANCE_VAR", default=str(BASE_DIR / "var")))

# --- Mode -------------------------------------------------------------------------------------
# `development` is what `make run` and `make test` set; anything else is production and has no
# default secret.
DEVELOPMENT = env.str("PARLANCE_ENV", default="production") == "development"
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str(
    "SECRET_KEY", default="insecure-development-key-" * 3 if DEVELOPMENT else environ.Env.NOTSET
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEVELOPMENT else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000" if DEVELOPMENT else "")

# --- Apps -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.DaphneConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "config.apps.ParlanceConfig",
    "config.apps.ParlanceAdminConfig",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_htmx",
    "import_export",
    "axes",
    "accounts",
    "ai",
    "learning",
    "assessments",
    "practice",
    "conversations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestIdMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "learning.middleware.FreshTodayMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["config.templatetags.icons"],
        },
    }
]

# Threads of `make run` that serve pages and REST; production's gunicorn sets its own.
WSGI_THREADS = env.int("WSGI_THREADS", default=8)

# --- Data services ----------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="") or embedded.database_url(VAR_DIR)
VALKEY_URL = env.str("VALKEY_URL", default="") or embedded.valkey_url(VAR_DIR)
if TESTING:
    # Tests that run beside each other count rates and queue tasks apart.
    VALKEY_URL = embedded.valkey_of_test_worker(
        VALKEY_URL, env.str("PYTEST_XDIST_WORKER", default="")
    )

DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {
    # Looks at a connection of the pool before it is used: a restart of PostgreSQL fails no request.
    "ENGINE": "config.postgres",
    "CONN_MAX_AGE": 0,
    "OPTIONS": {
        **DATABASES["default"].get("OPTIONS", {}),
        "connect_timeout": 5,
        # Statements that ask for it are prepared (config/rows.py); the ORM's never are.
        "prepare_threshold": 5 if env.bool("DATABASE_PREPARE", default=True) else None,
        # A filtered search by nearness goes on until it has as many rows as were asked for.
        "options": "-c hnsw.iterative_scan=relaxed_order -c hnsw.ef_search=100",
        "pool": {
            "min_size": 0,
            "max_size": env.int("DATABASE_POOL_SIZE", default=10),
            # With the database away every request waits this long to be refused. And the pool
            # tries again no longer than that by itself: its pauses would double without end.
            "timeout": 3,
            "reconnect_timeout": 3,
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": VALKEY_URL,
        "KEY_PREFIX": "parlance",
        # The client's own default is to try for four seconds.
        "OPTIONS": {
            "socket_connect_timeout": 0.5,
            "socket_timeout": 2,
            "retry": Retry(NoBackoff(), 1),
        },
    }
}
CACHES["rates"] = CACHES["default"] | {"BACKEND": "config.cache.CountingCache"}
RATELIMIT_USE_CACHE = "rates"
# Checks of django-ratelimit: our cache is Django's Redis backend, which is shared and atomic where
# it counts, only under a name the checks do not know.
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.E003", "django_ratelimit.W001"]
RATELIMIT_FAIL_OPEN = True
RATES = {
    "chat": env.str("RATE_CHAT", default="50/m"),
    "assessment": env.str("RATE_ASSESSMENT", default="10/h"),
    "dispute": env.str("RATE_DISPUTE", default="30/d"),
    "practice": env.str("RATE_PRACTICE", default="120/m"),
    "transcript": env.str("RATE_TRANSCRIPT", default="30/h"),
    "sign_in": env.str("RATE_SIGN_IN", default="30/m"),
    "sign_up": env.str("RATE_SIGN_UP", default="20/h"),
    "mail": env.str("RATE_MAIL", default="10/h"),
    "tutor_request": env.str("RATE_TUTOR_REQUEST", default="20/h"),
    "appeal": env.str("RATE_APPEAL", default="30/h"),
    "tutor_routing": env.str("RATE_TUTOR_ROUTING", default="60/m"),
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [VALKEY_URL]},
    }
}

# --- Background work --------------------------------------------------------------------------
CELERY_BROKER_URL = VALKEY_URL
CELERY_TASK_IGNORE_RESULT = True
QUEUES = [queue.value for queue in Queue]
# Without a key of its own each queue would be bound to the default one, and get every task.
CELERY_TASK_QUEUES = [KombuQueue(name, routing_key=name) for name in QUEUES]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {task: route_of(task) for task in QUEUE_OF}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A task whose worker was killed is handed out again after this long.
    "visibility_timeout": env.int("CELERY_VISIBILITY_TIMEOUT", default=900),
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A mail that is printed is to be read, not a line of a log.
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "close-interrupted-turns": {
        "task": "conversations.tasks.close_interrupted_turns_task",
        "schedule": 60.0,
    },
    "queue-waiting-requests": {
        "task": "conversations.handover.tasks.queue_waiting_requests_task",
        "schedule": crontab(minute="*/5"),
    },
    "review-waiting-texts": {
        "task": "assessments.tasks.review_waiting_texts_task",
        "schedule": crontab(minute="*/10"),
    },
    "make-waiting-practice": {
        "task": "practice.sets.tasks.make_waiting_sets_task",
        "schedule": crontab(minute="*/10"),
    },
    "process-waiting-sessions": {
        "task": "conversations.transcripts.tasks.process_waiting_sessions_task",
        "schedule": crontab(minute="*/5"),
    },
    "read-unread-messages": {
        "task": "conversations.tasks.read_unread_messages_task",
        "schedule": crontab(minute="25"),
    },
    "index-changed": {
        "task": "conversations.retrieval.tasks.index_changed_task",
        "schedule": crontab(minute="3-59/10"),
    },
    "embed-missing": {
        "task": "conversations.retrieval.tasks.embed_missing_task",
        "schedule": crontab(minute="8-59/10"),
    },
    "remember-finished": {
        "task": "conversations.memory.tasks.remember_finished_task",
        "schedule": crontab(hour="1", minute="15"),
    },
    "archive-memories": {
        "task": "conversations.memory.tasks.archive_memories_task",
        "schedule": crontab(hour="4", minute="5"),
    },
    "calibrate-items": {
        "task": "assessments.tasks.calibrate_items_task",
        "schedule": crontab(hour="2", minute="40"),
    },
    "embed-aims": {
        "task": "learning.tasks.embed_aims_task",
        "schedule": 300.0,
    },
    "record-unread-reviews": {
        "task": "practice.decks.tasks.record_unread_reviews_task",
        "schedule": crontab(minute="35"),
    },
    "sweep-imports": {
        "task": "practice.decks.exchange.tasks.sweep_imports_task",
        "schedule": crontab(minute="*/10"),
    },
    "fit-parameters": {
        "task": "practice.decks.tasks.fit_due_parameters_task",
        "schedule": crontab(hour="2", minute="10"),
    },
    "delete-expired-tokens": {
        "task": "accounts.tasks.delete_expired_tokens_task",
        "schedule": crontab(hour="3", minute="20"),
    },
}

# --- Who ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.validators.MixedCharactersValidator"},
]
LOGIN_URL = reverse_lazy("accounts:login")
LOGIN_REDIRECT_URL = reverse_lazy("learning:today")
LOGOUT_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 60 * 60
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "email"
AXES_USERNAME_CALLABLE = "accounts.lockout.attempted_email"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out_page"
AXES_SENSITIVE_PARAMETERS = ["username", "email", "ip_address", "csrfmiddlewaretoken"]
# A try while locked out does not lengthen the wait we have named.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
# How many proxies of ours stand in front: the client's address is read that far from the right.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
AXES_CLIENT_IP_CALLABLE = "config.addresses.client_address"

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", default=24 * 60)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", default=30)),
    "CHECK_REVOKE_TOKEN": True,
    "UPDATE_LAST_LOGIN": False,
}
WS_TICKET_SECONDS = 30

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["config.api.CamelCaseJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.CamelCaseJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "config.api.NamedArrayPagination",
    "DEFAULT_SCHEMA_CLASS": "config.openapi.Schema",
    "EXCEPTION_HANDLER": "config.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Parlance",
    "DESCRIPTION": "Placement, conversation, practice and progress for language learners.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "CAMELIZE_NAMES": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "drf_spectacular.contrib.djangorestframework_camel_case.camelize_serializer_fields",
        "config.openapi.describe_errors",
    ],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Models ---------------------------------------------------------------------------------------
AI_CHAIN = env.list("AI_CHAIN", default=["openai", "gemini", "builtin"])
AI_CHAIN_NAMED = "AI_CHAIN" in env.ENVIRON  # then a provider of it without a key is a mistake
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="")
OPENAI_MODEL = env.str("OPENAI_MODEL", default="gpt-4o-mini")
OPENAI_EMBEDDING_MODEL = env.str("OPENAI_EMBEDDING_MODEL", default="text-embedding-3-small")
# Looks at messages after our own rules; empty: nobody does.
OPENAI_MODERATION_MODEL = env.str("OPENAI_MODERATION_MODEL", default="omni-moderation-latest")
GEMINI_API_KEY = env.str("GEMINI_API_KEY", default="")
GEMINI_BASE_URL = env.str("GEMINI_BASE_URL", default="")
GEMINI_MODEL = env.str("GEMINI_MODEL", default="gemini-2.5-flash")
EMBEDDER = env.str("EMBEDDER", default="builtin")
AI_FIRST_TOKEN_TIMEOUT = env.float("AI_FIRST_TOKEN_TIMEOUT", default=20.0)
AI_IDLE_TIMEOUT = env.float("AI_IDLE_TIMEOUT", default=20.0)
AI_TOTAL_TIMEOUT = env.float("AI_TOTAL_TIMEOUT", default=120.0)
AI_ATTEMPTS = env.int("AI_ATTEMPTS", default=2)
# A provider that asks us to wait longer than this is passed over for the next one.
AI_RETRY_AFTER_LIMIT = env.float("AI_RETRY_AFTER_LIMIT", default=2.0)
AI_BREAKER_FAILURES = env.int("AI_BREAKER_FAILURES", default=5)
AI_BREAKER_SECONDS = env.float("AI_BREAKER_SECONDS", default=30.0)
# Languages whose tools the stream server loads at start; others load with their first message.
WARM_LANGUAGES = env.list("WARM_LANGUAGES", default=["es"])
STREAMS_PER_PROCESS = env.int("STREAMS_PER_PROCESS", default=500)
STREAM_SERVER = env.str("STREAM_SERVER", default="uvicorn")

# --- Practice -----------------------------------------------------------------------------------
# Spreads the days on which cards come back, so that those learned together don't stay together.
REVIEW_FUZZ = env.bool("REVIEW_FUZZ", default=not TESTING)

# --- Tutoring sessions ----------------------------------------------------------------------------
TRANSCRIPT_MAX_BYTES = env.int("TRANSCRIPT_MAX_BYTES", default=10 * 1024 * 1024)

# --- Today --------------------------------------------------------------------------------------
LEARNING_SETTINGS_READERS = ["learning.mastery.services.retarget_mastery"]
LEVEL_HISTORY = "assessments.history.level_history"
EVIDENCE_SOURCES = {
    "practice.reviewlog": "practice.decks.links.of_reviews",
    "assessments.response": "assessments.links.of_responses",
    "conversations.correction": "conversations.links.of_corrections",
    "conversations.message": "conversations.links.of_messages",
    "conversations.transcriptchunk": "conversations.transcripts.links.of_chunks",
    "learning.exerciseanswer": "learning.content.links.of_answers",
    "practice.submission": "practice.sets.links.of_submissions",
}
TODAY_STEPS = [
    "practice.decks.today.steps",
    "assessments.today.steps",
    "learning.content.today.steps",
    "practice.sets.today.steps",
    "conversations.today.steps",
]
# Who knows a learner's conversations with a companion: (learner, companion's id) -> [Talk].
COMPANION_TALKS = "conversations.links.talks_with"
# Who has to know, in the same transaction, that a companion is deleted: (companion) -> None.
COMPANION_ENDS = "conversations.memory.services.keep_nothing_unread"
# Who knows the sessions a set may be made from: (learner, id) -> (language, concepts) or None.
PRACTICE_SESSIONS = [
    "practice.sets.aims.of_learning_session",
    "conversations.transcripts.practice.of_tutoring_session",
]

# --- Mail -----------------------------------------------------------------------------------------
vars().update(env.email("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Parlance <no-reply@localhost>")

# --- Back office ----------------------------------------------------------------------------------
UNFOLD = admin_theme.UNFOLD

# --- Language, time, files ------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "config.storage.MediaStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "config.storage.StaticStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"
WHITENOISE_USE_FINDERS = DEVELOPMENT
# A file is measured when it is asked for, not once at the start: one that grew would be cut off.
WHITENOISE_AUTOREFRESH = DEVELOPMENT
WHITENOISE_MAX_AGE = 0 if DEVELOPMENT else 60

# --- Safety ---------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = False  # the pages' own scripts send it back in a header
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
if not DEVELOPMENT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^api/monitoring/"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- Logs -----------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING" if DEVELOPMENT else "INFO")
LOGGING = logs.configuration(level=LOG_LEVEL, as_json=not DEVELOPMENT)
logs.configure_structlog()
# Not the client's: config.middleware.RequestIdMiddleware has put a sound one in its place.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True

SENTRY_DSN = env.str("SENTRY_DSN", default="")
logs.start_sentry(dsn=SENTRY_DSN, environment=env.str("PARLANCE_ENV", default="production"))
