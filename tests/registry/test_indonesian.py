"""Whatever registry refuses with is said in Indonesian too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services import registry as service
from services.registry.indonesian import TEXTS, translate
from shared.http.indonesian import DETAILS
from tests.world import World

SOURCES = Path(str(service.__file__)).parent
PLACE_OF_TEXT = {"wrong": 0, "FieldError": 1, "InvalidInput.field": 1, "PydanticCustomError": 1} | dict.fromkeys(
    ("InvalidInput", "ActionNotAllowed", "NotAllowed", "NotFound", "AlreadyExists", "Refused"), 0
)
"""Which argument says what is wrong."""


def texts_in(module: ast.Module) -> Iterator[str]:
    """What a module refuses with; `{}` stands for a value."""
    assigned = [node for node in ast.walk(module) if isinstance(node, ast.Assign | ast.AnnAssign)]
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        if name in PLACE_OF_TEXT and not any(keyword.arg == "indonesian" for keyword in call.keywords):
            for text in said(call.args[PLACE_OF_TEXT[name]], assigned):
                yield f"the file {text}" if name == "Refused" else text


def said(node: ast.expr, assigned: list[Any]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            if text != "the file {}":  # goes on with a text of its own
                yield text
        case ast.IfExp(body=one, orelse=other):
            yield from said(one, assigned)
            yield from said(other, assigned)
        case ast.Name(id=name):
            for each in assigned:
                targets = each.targets if isinstance(each, ast.Assign) else [each.target]
                if each.value and any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    yield from said(each.value, assigned)


def without_names(text: str) -> str:
    return re.sub(r"(?<!\{)\{\w+\}(?!\})", "{}", text).replace("{{", "{").replace("}}", "}")


def test_each_detail_of_registry_has_its_indonesian_and_none_is_left_over() -> None:
    refused = {
        text
        for file in SOURCES.rglob("*.py")
        if file.parent.name != "indonesian"
        for text in texts_in(ast.parse(file.read_text()))
    }

    known = {without_names(text) for text in TEXTS}
    assert {text for text in refused - known if not (text in DETAILS or translate(text))} == set()
    assert known - refused == set()


@pytest.mark.parametrize("english", sorted(TEXTS))
def test_a_detail_is_found_with_its_values(english: str) -> None:
    names = re.findall(r"(?<!\{)\{(\w+)\}(?!\})", english)
    values = {name: f"nilai-{place}" for place, name in enumerate(names)}

    assert translate(english.format_map(values)) == TEXTS[english].format_map(values)


@pytest.mark.parametrize("english", sorted(TEXTS))
def test_a_translation_has_the_same_values(english: str) -> None:
    assert sorted(re.findall(r"\{(\w+)\}", english)) == sorted(re.findall(r"\{(\w+)\}", TEXTS[english]))


@pytest.mark.parametrize(
    ("english", "indonesian"),
    [
        ("the file holds a script: /JavaScript", "berkas memuat skrip: /JavaScript"),
        (
            "cannot approve a local partner: it is ended; open now: nothing",
            "tindakan approve tidak terbuka bagi mitra lokal berstatus ended; yang terbuka sekarang: tidak ada",
        ),
        (
            "to notify an activity needs an active organisation; this one is suspended",
            "memberitahukan kegiatan memerlukan organisasi yang aktif; organisasi ini berstatus suspended",
        ),
    ],
)
def test_words_among_the_values_are_translated_too(english: str, indonesian: str) -> None:
    assert translate(english) == indonesian


def test_what_nobody_has_translated_stays_as_it_is() -> None:
    assert translate("the moon is made of cheese") is None


async def test_a_refusal_comes_in_the_language_that_is_asked_for(world: World, registry: httpx.AsyncClient) -> None:
    path = "/v1/local-partners/01890000-0000-7000-8000-000000000000/opinions"

    refused = await registry.get(path, headers=world.read("fasker_officer") | {"Accept-Language": "id"})

    assert refused.status_code == 404
    assert refused.json()["detail"] == "tidak ada mitra lokal dengan id ini"
    assert refused.headers["content-language"] == "id"
