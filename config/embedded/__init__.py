"""PostgreSQL and Valkey from wheels, for machines where nobody has set up either."""

from config.embedded.addresses import database_url, valkey_of_test_worker, valkey_url

__all__ = ["database_url", "valkey_of_test_worker", "valkey_url"]
