from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ai import embeddings
from ai.errors import ProviderError
from learning.content.embedding import BATCH, embed_aims, embed_items, items_without
from learning.tasks import embed_content_task


class Command(BaseCommand):
    help = "Move all content, and what learners aim at, to the embedder that the settings name."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--background", action="store_true", help="leave it to the workers")

    def handle(self, *args: Any, background: bool = False, **options: Any) -> None:
        name = embeddings.status()["name"]
        stale = items_without(embedder=name)
        done = 0
        try:
            for start in range(0, len(stale), BATCH):
                batch = stale[start : start + BATCH]
                if background:
                    embed_content_task.delay([str(one) for one in batch])
                else:
                    embed_items(ids=batch)
                done += len(batch)
                self.stdout.write(f"{done} of {len(stale)}")
            aims = 0 if background else embed_aims()
        except ProviderError as error:
            raise CommandError(f"The embedder failed after {done} of {len(stale)}.") from error
        queued = " queued" if background else ""
        self.stdout.write(f"{name}: {done} pieces of content{queued}, {aims} texts of learners.")
