"""Whatever the kit and the services refuse with is said in Indonesian too: their sources are read for it."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from shared.http import indonesian as kit
from shared.http.problem_pages import all_problems
from shared.local.folders import REPOSITORY
from tests.servers import SERVICES
from tests.world import World

KIT: Final = ("http", "audit.py", "errors.py", "operations.py", "regions.py")
PLACE_OF_TEXT: Final = dict.fromkeys((kind.__name__ for kind in all_problems()), 0) | {
    "AlreadyExists": 0,
    "Refused": 0,
    "wrong": 0,
    "_wrong": 1,
    "broken_rule": 1,
    "FieldError": 1,
    "InvalidInput.field": 1,
    "PydanticCustomError": 1,
    "RowError": 2,
    "Violation.of": 2,
    "against": 2,
}
"""Which argument says what is wrong."""

WITH_MORE: Final = {
    "Refused": "the file {}",
    "Violation.of": "{} ({{}})",
    "against": "{} ({{}})",
}
"""What is said around it."""

SAID_BY_CALLER: Final = {"the file {}", "{} ({})", "{}"}
"""Nothing but what stands elsewhere."""

READ: Final = [
    ("/v1/local-partners/{id}/opinions", "registry", "fasker_officer", "tidak ada mitra lokal dengan id ini"),
    ("/v1/reports/{id}", "reporting", "fasker_officer", "tidak ada laporan itu, atau tidak ada yang boleh Anda lihat"),
    ("/v1/letters/{id}", "recommendations", "fasker_officer", "tidak ada surat itu yang boleh Anda lihat"),
    ("/v1/subscriptions/{id}", "notifications", "operator", "Anda tidak memiliki langganan dengan id ini"),
]


def modules(*sources: Path) -> list[ast.Module]:
    files = [file for source in sources for file in ([source] if source.is_file() else source.rglob("*.py"))]
    return [ast.parse(file.read_text()) for file in files if "indonesian" not in (file.stem, file.parent.name)]


OF_KIT: Final = modules(*(REPOSITORY / "shared" / part for part in KIT))


def texts_in(module: ast.Module) -> Iterator[str]:
    """What a module refuses with; `{}` stands for a value."""
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    innermost = {node: scope for scope in (module, *functions) for node in ast.walk(scope)}
    for call in (node for node in innermost if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        for keyword in (keyword for keyword in call.keywords if keyword.arg == "refusal"):
            yield from said(keyword.value, innermost[call], module)
        if name in PLACE_OF_TEXT and len(call.args) > PLACE_OF_TEXT[name] and not is_translated(call, name):
            for text in said(call.args[PLACE_OF_TEXT[name]], innermost[call], module):
                if text not in SAID_BY_CALLER:
                    yield WITH_MORE.get(name, "{}").format(text)


def is_translated(call: ast.Call, name: str) -> bool:
    """With its Indonesian beside it, or by its kind."""
    if name == "PydanticCustomError":
        kind = call.args[0]
        return not isinstance(kind, ast.Constant) or kind.value in kit.FIELDS
    return any(keyword.arg == "indonesian" for keyword in call.keywords)


def said(node: ast.expr, scope: ast.AST, module: ast.Module) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from said(one, scope, module)
            yield from said(other, scope, module)
        case ast.Name(id=name):
            for value in values_of(name, *((module, *OF_KIT) if name.isupper() else (scope,))):
                yield from said(value, scope, module)


def values_of(name: str, *places: ast.AST) -> Iterator[ast.expr]:
    """What is assigned to a name: in its function; or, if it is a constant, in its module or in the kit."""
    for place in places:
        for node in ast.walk(place):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                targets: list[Any] = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    yield node.value


def refused_by(*sources: Path) -> set[str]:
    return {text for module in modules(*sources) for text in texts_in(module)}


def without_names(text: str) -> str:
    return re.sub(r"(?<!\{)\{\w+\}(?!\})", "{}", text).replace("{{", "{").replace("}}", "}")


def names_in(text: str) -> list[str]:
    return re.findall(r"(?<!\{)\{(\w+)\}(?!\})", text)


def texts_of(service: str) -> Mapping[str, str]:
    texts: Mapping[str, str] = import_module(f"services.{service}.indonesian").TEXTS
    return texts


def translate_of(service: str) -> Callable[[str], str | None]:
    translate: Callable[[str], str | None] = import_module(f"services.{service}.indonesian").translate
    return translate


@pytest.mark.parametrize("service", SERVICES)
def test_each_detail_of_a_service_has_its_indonesian_and_none_is_left_over(service: str) -> None:
    translate = translate_of(service)

    refused = refused_by(REPOSITORY / "services" / service)

    known = {without_names(text) for text in texts_of(service)}
    assert {text for text in refused - known if not (translate(text) or kit.translate(text))} == set()
    assert known - refused == set()


def test_each_detail_of_the_kit_has_its_indonesian_and_none_is_left_over() -> None:
    refused = {text for module in OF_KIT for text in texts_in(module)}

    known = {without_names(text) for text in kit.DETAILS}
    assert refused - known == set()
    assert known - refused - refused_by(REPOSITORY / "services") == set()


OF_ALL: Final = {"kit": kit.DETAILS} | {service: texts_of(service) for service in SERVICES}


@pytest.mark.parametrize(("source", "english"), [(source, text) for source, texts in OF_ALL.items() for text in texts])
def test_a_detail_is_found_with_its_values(source: str, english: str) -> None:
    translate = kit.translate if source == "kit" else translate_of(source)
    indonesian = OF_ALL[source][english]
    values = {name: f"nilai-{place}" for place, name in enumerate(names_in(english))}

    assert sorted(names_in(english)) == sorted(names_in(indonesian))
    assert translate(english.format_map(values)) == indonesian.format_map(values)


@pytest.mark.parametrize(
    ("service", "english", "indonesian"),
    [
        ("registry", "the file holds a script: /JavaScript", "berkas memuat skrip: /JavaScript"),
        (
            "registry",
            "cannot approve a local partner: it is ended; open now: nothing",
            "tindakan approve tidak terbuka bagi mitra lokal berstatus ended; yang terbuka sekarang: tidak ada",
        ),
        (
            "registry",
            "to notify an activity needs an active organisation; this one is suspended",
            "memberitahukan kegiatan memerlukan organisasi yang aktif; organisasi ini berstatus suspended",
        ),
        (
            "reporting",
            "cannot submit a work plan that is in_review; open now: approve, reject, request revision of",
            (
                "tidak dapat mengajukan rencana kerja tahunan (RKT) berstatus in_review; "
                "yang terbuka sekarang: menyetujui, menolak, meminta perbaikan"
            ),
        ),
        (
            "reporting",
            "must not hold a phone number: take it out",
            "tidak boleh memuat nomor telepon: hapuslah",
        ),
        (
            "recommendations",
            "the organisation must be active; it is not registered (UU 17/2013)",
            "organisasi harus aktif; organisasi ini berstatus belum terdaftar (UU 17/2013)",
        ),
        (
            "notifications",
            "cannot pause a subscription that is paused; open now: resume",
            "tidak dapat menjeda langganan berstatus paused; yang terbuka sekarang: melanjutkan",
        ),
    ],
)
def test_words_among_the_values_are_translated_too(service: str, english: str, indonesian: str) -> None:
    assert translate_of(service)(english) == indonesian


@pytest.mark.parametrize(
    ("service", "folder", "table"),
    [
        ("reporting", "work_plans", "NEXT"),
        ("reporting", "reports", "NEXT"),
        ("reporting", "visits", "NEXT"),
        ("reporting", "stories", "NEXT"),
        ("reporting", "obligations", "NEXT"),
        ("recommendations", "requests", "NEXT"),
        ("recommendations", "staff", "NEXT"),
        ("notifications", "subscriptions", "NEXT"),
    ],
)
def test_each_action_has_a_name(service: str, folder: str, table: str) -> None:
    rules = import_module(f"services.{service}.{folder}.rules")

    actions = {action for _, action in getattr(rules, table)}

    assert actions <= import_module(f"services.{service}.indonesian").ACTIONS.keys()


@pytest.mark.parametrize("service", SERVICES)
def test_what_nobody_has_translated_stays_as_it_is(service: str) -> None:
    assert translate_of(service)("the moon is made of cheese") is None


@pytest.mark.parametrize(("path", "service", "role", "indonesian"), READ)
async def test_a_refusal_comes_in_the_language_that_is_asked_for(
    world: World, path: str, service: str, role: str, indonesian: str
) -> None:
    api = await world.api(service)
    address = path.format(id="01890000-0000-7000-8000-000000000000")

    refused = await api.get(address, headers=world.read(role) | {"Accept-Language": "id"})

    assert refused.status_code == 404
    assert refused.json()["detail"] == indonesian
    assert refused.headers["content-language"] == "id"
