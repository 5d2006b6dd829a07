"""All lists of all services, by what the applications' documents say of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from tests.openapi.generate import document_of
from tests.servers import SERVICES

Json = dict[str, Any]


@dataclass(frozen=True)
class List:
    """A route that answers with many rows."""

    service: str
    path: str

    @property
    def parameters(self) -> dict[str, Json]:
        operation = document_of_once(self.service)["paths"][self.path]["get"]
        return {each["name"]: each for each in operation["parameters"] if each.get("in") == "query"}

    @property
    def relations(self) -> list[str]:
        """As the document names them: `Also these relations, ...: organisation, obligation`."""
        text = self.parameters.get("expand", {}).get("description", "")
        return [name for name in text.rpartition(": ")[2].split(", ") if name]

    def __str__(self) -> str:
        return f"{self.service} {self.path}"


@cache
def document_of_once(service: str) -> Json:
    return document_of(service)


def lists_of(service: str) -> Iterator[List]:
    schemas = document_of_once(service)["components"]["schemas"]
    for path, verbs in document_of_once(service)["paths"].items():
        if path.startswith("/v1/") and "get" in verbs:
            content = verbs["get"]["responses"]["200"]["content"]
            if "application/json" not in content:
                continue
            schema = content["application/json"]["schema"]
            [named, *_] = schema.get("anyOf", [schema])
            if {"items", "events"} & schemas[named["$ref"].rpartition("/")[2]]["properties"].keys():
                yield List(service, path)


ALL_LISTS: Final = [each for service in SERVICES for each in lists_of(service)]
