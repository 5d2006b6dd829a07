"""Names of schemas, as readers and generators of clients can use them: each one word, and unlike all others.

pydantic tells equal class names apart by their modules, a class's two directions by a suffix, and writes the parameters
of a generic class into its name:

- `services__reporting__visits__rules__Status` becomes `VisitStatus`: whose it is says the folder, in the singular.
  So does `Status` of the only module that has one, lest it change its name when there is a second
- `Page_StopView_` becomes `StopViewPage`
- `Activity-Input` becomes `Activity`, and `Activity-Output` `ActivityView`, as bodies and answers are called otherwise
"""

import re
import sys
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

Json = dict[str, Any]

PREFIX: Final = "#/components/schemas/"
_OF_MODULE: Final = re.compile(r"services__\w+?__(?P<folder>[a-z_]+?)__[a-z_]+__(?P<name>[A-Z]\w*)")
_GENERIC: Final = re.compile(r"(?P<kind>[A-Za-z]+)_(?P<of>[A-Za-z]+)_")


def readable(document: Json, service: str) -> Json:
    """The document of this service with its schemas renamed, wherever they are named."""
    modules = _modules_of_enumerations(service)
    names = {name: name_of(modules.get(name, name)) for name in document["components"]["schemas"]}
    twice = [name for name, count in Counter(names.values()).items() if count > 1]
    if twice:
        raise ValueError(f"several schemas would be called {', '.join(twice)}: rename a class")
    renamed: Json = _renamed(document, names)
    schemas = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    return renamed


def name_of(name: str) -> str:
    if found := _OF_MODULE.fullmatch(name):
        whose = _singular(found["folder"]).title().replace("_", "")
        name = whose + found["name"].removeprefix(whose)
    if found := _GENERIC.fullmatch(name):
        name = found["of"] + found["kind"]
    if name.endswith("-Output"):
        name = name.removesuffix("-Output").removesuffix("View") + "View"
    return name.removesuffix("-Input")


def _modules_of_enumerations(service: str) -> dict[str, str]:
    """Class name -> the name that pydantic gives it where several have it."""
    modules = [(name, each) for name, each in sys.modules.items() if name.startswith(f"services.{service}.")]
    return {
        kind.__name__: f"{name}.{kind.__name__}".replace(".", "__")
        for name, module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Enum) and kind.__module__ == name
    }


def _singular(folder: str) -> str:
    return folder.removesuffix("ies") + "y" if folder.endswith("ies") else folder.removesuffix("s")


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _reference(each, names) if key == "$ref" else _renamed(each, names) for key, each in node.items()}
    if isinstance(node, list):
        return [_renamed(each, names) for each in node]
    return node


def _reference(target: str, names: Mapping[str, str]) -> str:
    name = target.removeprefix(PREFIX)
    return PREFIX + names[name] if name in names else target
