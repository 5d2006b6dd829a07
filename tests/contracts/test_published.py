"""What is published: generated, valid, compatible with all that was released, and without personal data."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml

from shared.contracts.asyncapi import example_headers
from shared.contracts.schemas import HEADERS, contract_name
from shared.events import append, envelope, relay
from shared.events.envelope import GENESIS, Event
from tests.contracts import gate, generate
from tests.contracts.examples import EXAMPLES
from tests.contracts.gate import FOLDER, objections, releases
from tests.contracts.publishers import BY_TYPE, EVENTS
from tests.contracts.readers import readers_of

by_name = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: contract_name(type(example)))


def committed(contract: str) -> Any:
    return json.loads((FOLDER / f"{contract}.json").read_text())


@cache
def asyncapi() -> Any:
    return yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())


def validator(contract: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(committed(contract), validate_formats=True)


def test_the_committed_files_are_what_the_code_says_and_break_no_release() -> None:
    assert generate.check() == []


def test_generating_twice_gives_the_same() -> None:
    assert generate.files() == generate.files()


@by_name
def test_the_committed_example_is_valid_for_the_committed_schema_and_for_the_publisher(example: Event) -> None:
    contract = contract_name(type(example))
    content = (FOLDER / f"{contract}.example.json").read_text()

    validator(contract).validate(json.loads(content))
    assert type(example).model_validate_json(content) == example


@by_name
def test_a_record_carries_the_urn_of_its_schema_and_headers_that_are_valid(example: Event) -> None:
    """As `append` and the relay make them."""
    attributes = append._attributes(example)
    sender = relay.Relay(dsn="", service=example.source, topic="", kafka="")
    row = {
        "id": "01932b5e-0000-7000-8000-000000000000",
        "type": example.wire_type(),
        "key": example.stream_key(),
        "sequence": 1,
        "after": "a=17,b=3",
        "headers": attributes,
        "previous_hash": GENESIS,
        "hash": b"x" * 32,
    }
    sent = {name: raw.decode() for name, raw in relay._headers(sender, row)}

    validator(HEADERS).validate(sent)
    assert sent["ce_dataschema"] == committed(contract_name(type(example)))["$id"]
    assert sent.keys() <= committed(HEADERS)["properties"].keys(), "a header that the contract does not tell of"


@by_name
def test_the_example_headers_are_valid_and_can_be_read(example: Event) -> None:
    headers = example_headers(example)
    encoded = [(name, text.encode()) for name, text in headers.items()]

    validator(HEADERS).validate(headers)
    read = envelope.parse(
        example.stream_key().encode(), example.model_dump_json().encode(), encoded, source=example.source
    )
    assert read.type == example.wire_type()


def test_asyncapi_tells_of_every_event_and_its_references_lead_somewhere() -> None:
    document = asyncapi()
    messages = document["components"]["messages"]

    assert set(messages) == set(BY_TYPE)
    for reference in references_in(document):
        if reference.startswith("#/"):
            target = document
            for part in reference[2:].split("/"):
                target = target[part]
        else:
            assert (FOLDER / reference).is_file(), reference
    sent = [m["$ref"] for name, o in document["operations"].items() if o["action"] == "send" for m in o["messages"]]
    assert len(sent) == len(set(sent)) == len(EVENTS)


def test_every_example_in_asyncapi_is_valid() -> None:
    messages = asyncapi()["components"]["messages"]

    for wire_type, message in messages.items():
        for example in message["examples"]:
            validator(contract_name(BY_TYPE[wire_type])).validate(example["payload"])
            validator(HEADERS).validate(example["headers"])
            constants = message["headers"]["allOf"][1]["properties"]
            assert {name: example["headers"][name] for name in constants} == {
                n: c["const"] for n, c in constants.items()
            }


def references_in(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        if isinstance(content.get("$ref"), str):
            yield content["$ref"]
        for value in content.values():
            yield from references_in(value)
    elif isinstance(content, list):
        for item in content:
            yield from references_in(item)


def test_the_gate_names_the_readers_that_a_change_would_break() -> None:
    published = {contract: json.loads(json.dumps(schema)) for contract, schema in generate.published().items()}
    signed, plan = published["registry/MspSigned.v1"], published["registry/MasterPlanApproved.v1"]
    del signed["properties"]["ends_on"]
    signed["required"].remove("ends_on")
    plan["$defs"]["MasterPlanActivity"]["properties"]["budget"] = {"type": "number"}
    del published["reporting/ReportAccepted.v1"]

    found = sorted(objections(published, releases()))

    feed_and_news = "It would break notifications.deliver, notifications.write_messages"
    assert [line.removesuffix("; publish a new version beside it.") for line in found] == [
        "registry/MasterPlanApproved.v1: `activities.budget` was string and became number (release 1). "  # noqa: ISC004
        "It would break notifications.deliver, reporting.record_master_plan",
        f"registry/MspSigned.v1: `ends_on` is gone (release 1). {feed_and_news}, "  # noqa: ISC004
        "recommendations.sign_agreement, reporting.record_agreement",
        f"reporting/ReportAccepted.v1: is gone (release 1). {feed_and_news}",
    ]


def test_a_reader_is_named_for_the_fields_that_it_reads_and_not_for_their_neighbours() -> None:
    plan = "singo.registry.MasterPlanApproved.v1"

    assert readers_of(plan, ("activities", "budget")) == ["notifications.deliver", "reporting.record_master_plan"]
    assert readers_of(plan, ("activities", "title")) == ["notifications.deliver"]
    assert readers_of(plan, ("activities",)) == ["notifications.deliver", "reporting.record_master_plan"]
    told = ["notifications.deliver", "notifications.write_messages", "reporting.record_master_plan"]
    assert readers_of(plan) == told
    assert "notifications.write_messages" in readers_of("singo.registry.MspSigned.v1", ("agreement_id",))


def test_a_release_keeps_only_what_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (generate, gate):
        monkeypatch.setattr(module, "RELEASED", tmp_path)
    everything = generate.published()

    first = generate.release()
    (first / "registry/NgoApplied.v1.json").write_text("{}")
    second = generate.release()

    assert len(list(first.rglob("*.json"))) == len(everything)
    assert [file.relative_to(second).as_posix() for file in second.rglob("*.json")] == ["registry/NgoApplied.v1.json"]


PERSONAL: Final = {
    *("name", "person", "people", "passport", "nik", "kitas", "birth", "born", "age", "gender", "sex", "religion"),
    *("phone", "mobile", "email", "mail", "address", "street", "home", "contact", "photo", "signature", "account"),
    *("subject", "user", "nationality", "nationalities", "citizenship", "family", "salary", "health", "username"),
}
ALLOWED: Final = {
    ("NgoApplied", "name"): "an organisation's",
    ("NgoVerified", "name"): "an organisation's",
    ("NgoProfileChanged", "name"): "an organisation's",
    ("LocalPartnerProposed", "name"): "an organisation's",
    ("LocalPartnerApproved", "name"): "an organisation's",
    ("LocalPartnerRenewalGiven", "name"): "an organisation's",
    ("LocalPartnerRenewed", "name"): "an organisation's",
    ("SubscriptionCreated", "name"): "of the system that subscribes",
    ("MemberAdded", "subject"): "the token's `sub`: an opaque id, the services' only way to know who acts for whom",
    ("MemberRoleChanged", "subject"): "the token's `sub`: an opaque id",
    ("MemberRemoved", "subject"): "the token's `sub`: an opaque id",
    ("VisitAnnounced", "nationalities"): "of a group of guests, whom nothing else in the event tells apart",
    ("VisitChanged", "nationalities"): "of a group of guests, whom nothing else in the event tells apart",
    ("ForeignStaffStarted", "nationality"): "of an opaque id with a position, which the public figures are made of",
    ("ForeignStaffEnded", "nationality"): "of an opaque id with a position, which the public figures are made of",
}
ACTOR: Final = "actor.subject"  # of every event: an opaque id


def test_no_field_suggests_personal_data_but_those_with_a_reason() -> None:
    suspicious = {
        (event.__name__, path)
        for event in EVENTS
        for path in field_paths(committed(contract_name(event)))
        if path != ACTOR and PERSONAL & set(path.rpartition(".")[2].lower().split("_"))
    }

    assert suspicious == ALLOWED.keys()


def field_paths(schema: dict[str, Any]) -> Iterator[str]:
    def walk(part: Any, within: str) -> Iterator[str]:
        if "$ref" in part:
            yield from walk(schema["$defs"][part["$ref"].rpartition("/")[2]], within)
        for name, field in part.get("properties", {}).items():
            yield within + name
            yield from walk(field, f"{within}{name}.")
        for inner in (*part.get("anyOf", ()), *([part["items"]] if "items" in part else ())):
            yield from walk(inner, within)

    return walk(schema, "")
