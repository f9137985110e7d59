import openai

from ai.errors import ProviderError
from ai.providers.clients import PerLoop
from ai.providers.openai_client import make_client
from ai.providers.openai_errors import translate
from ai.types import Judged


class OpenAIModerator:
    """OpenAI's moderation endpoint: free, but not without a key."""

    name = "openai"

    def __init__(self, *, api_key: str, model: str, base_url: str = "") -> None:
        self.model = model
        self.clients = PerLoop(lambda: make_client(api_key, base_url), openai.AsyncOpenAI.close)

    async def judge(self, text: str) -> list[Judged]:
        """The kinds that the provider flags, under the names of its documentation."""
        try:
            answer = await self.clients.get().moderations.create(input=text, model=self.model)
        except openai.OpenAIError as error:
            raise translate(error, provider=self.name) from error
        if not answer.results:
            raise ProviderError("malformed", "no result", retryable=False, provider=self.name)
        flagged = answer.results[0].categories.model_dump(by_alias=True)
        scores = answer.results[0].category_scores.model_dump(by_alias=True)
        return [Judged(kind, scores.get(kind) or 0.0) for kind, found in flagged.items() if found]

    async def aclose(self) -> None:
        await self.clients.aclose()
