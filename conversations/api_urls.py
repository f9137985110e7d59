from django.urls import include, path

from conversations import api, stream_schema, turn_api

urlpatterns = [
    path("", include("conversations.transcripts.api_urls")),
    path("", include("conversations.handover.api_urls")),
    path("", include("conversations.memory.api_urls")),
    path("", include("conversations.moderation.api_urls")),
    path("chat/conversation", api.ConversationCreateView.as_view()),
    path("chat/conversation/<uuid:conversation_id>", api.ConversationView.as_view()),
    path("chat/conversations", api.ConversationListView.as_view()),
    path("chat/conversations/<uuid:conversation_id>", api.ConversationChangeView.as_view()),
    path("chat/conversations/<uuid:conversation_id>/branch", turn_api.BranchView.as_view()),
    path("chat/conversations/<uuid:conversation_id>/restore", turn_api.RestoreView.as_view()),
    path("chat/conversations/<uuid:conversation_id>/summary", turn_api.SummaryView.as_view()),
    path("chat/corrections/contract", turn_api.ContractView.as_view()),
    path("chat/messages/<uuid:message_id>/corrections", turn_api.CorrectionsView.as_view()),
    path("chat/messages/<uuid:message_id>/translate", turn_api.TranslationView.as_view()),
    path("chat/history", api.HistoryView.as_view()),
    path("chat/scenarios", api.ScenarioListView.as_view()),
    path("chat/messages/<uuid:message_id>/cancel", api.CancelView.as_view()),
    path("chat/messages/<uuid:message_id>/feedback", api.FeedbackView.as_view()),
    # Served by the stream server (conversations.routing); here for the schema and for `reverse`.
    path("chat", stream_schema.ChatView.as_view(), name="chat"),
    path("chat/message", stream_schema.ChatMessageView.as_view(), name="chat-message"),
    path(
        "chat/stream/<uuid:message_id>", stream_schema.ChatStreamView.as_view(), name="chat-stream"
    ),
    path(
        "chat/messages/<uuid:message_id>/retry",
        stream_schema.ChatRetryView.as_view(),
        name="chat-retry",
    ),
    path(
        "chat/messages/<uuid:message_id>/regenerate",
        stream_schema.ChatRegenerateView.as_view(),
        name="chat-regenerate",
    ),
]
