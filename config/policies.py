"""Where the content security policy gives way, and no further than a library's pages need."""

from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update

# Unfold's pages run on Alpine, which evaluates the expressions in its attributes.
for_back_office: Any = csp_update(
    {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
)
# Swagger UI sets styles on its elements.
for_api_docs: Any = csp_update({"style-src": [SELF, UNSAFE_INLINE]})
