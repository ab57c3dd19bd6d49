"""What every way in over HTTP takes and answers, as an OpenAPI 3.1 document: for whoever builds, tests or guards, never served."""

from web.openapi.document import document, printed

__all__ = ["document", "printed"]
