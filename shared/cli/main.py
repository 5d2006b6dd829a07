"""`singo`: noun, then verb. Tables for people, `--json` for programs.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not reachable.
"""

import sys
from typing import Annotated, Any, Literal
from uuid import UUID

from cyclopts import App, CycloptsError, Parameter

from shared.cli.client import SERVICES, Failure, NotReachable, Refused, call, items, new_token
from shared.cli.output import show

ServiceName = Literal["registry", "reporting", "recommendations", "notifications"]
Json = Annotated[bool, Parameter(name="--json", negative="", help="JSON instead of a table")]
Limit = Annotated[int, Parameter(help="Rows at most")]
Reason = Annotated[str, Parameter(help="Why; it is recorded with your name")]

app = App(name="singo", help="SINGO's services from the command line.", version_flags=[])
app.command(organisations := App(name="organisations", help="Foreign NGOs in the register."))
app.command(obligations := App(name="obligations", help="What is due, and when."))
app.command(feed := App(name="feed", help="What subscribers are told."))
app.command(ops := App(name="ops", help="What operators see and do, over all services."))


@app.command
def token(
    *,
    sub: Annotated[str, Parameter(help="Who: the token's subject")],
    role: Annotated[tuple[str, ...], Parameter(help="Repeat for several")] = (),
    region: Annotated[tuple[str, ...], Parameter(help="Region code; repeat for several")] = (),
) -> None:
    """Print a token of the development issuer, for SINGO_TOKEN."""
    print(new_token(sub, role, region))


@organisations.command(name="list")
def list_organisations(*, limit: Limit = 100, json: Json = False) -> None:
    """Show the public register."""
    rows = items("registry", "v1", "organisations", limit=limit)
    show(rows, rows, ("id", "acronym", "name", "origin_country", "status"), as_json=json)


@obligations.command(name="list")
def list_obligations(
    *, status: str | None = None, ngo: UUID | None = None, limit: Limit = 100, json: Json = False
) -> None:
    """Show what is due: of your organisation, of your regions, or of all."""
    query = {"status": status, "ngo_id": str(ngo) if ngo else None}
    rows = items("reporting", "v1", "obligations", limit=limit, query=query)
    show(rows, rows, ("id", "ngo_id", "kind", "period", "due_on", "status", "days_late"), as_json=json)


@feed.command(name="read")
def read_feed(
    subscription: UUID,
    /,
    *,
    after: Annotated[int | None, Parameter(help="The number you have; acknowledges it")] = None,
    limit: Annotated[int, Parameter(help="Events at most, up to 200")] = 100,
    wait: Annotated[int, Parameter(help="Seconds to wait for an event, up to 20")] = 0,
    json: Json = False,
) -> None:
    """Show the events of a subscription after a number, or after the last one acknowledged."""
    path = ("v1", "subscriptions", str(subscription), "events")
    answer = call("notifications", "GET", *path, query={"after": after, "limit": limit, "wait": wait})
    columns = ("number", "event.time", "event.type", "event.subject", "event.sequence", "event.regions")
    show(answer, answer["events"], columns, as_json=json)


@ops.command
def outbox(*, json: Json = False) -> None:
    """Show what the relays still have to send, and whether writing is halted."""
    _show_all("outbox", ("depth", "oldest_seconds", "halted"), as_json=json)


@ops.command
def lag(*, json: Json = False) -> None:
    """Show how far each service is behind the topics it reads, and what is paused."""
    _show_all("lag", ("source", "events", "seconds", "paused_since", "pause_reason"), as_json=json)


@ops.command
def watermarks(key: str, /, *, json: Json = False) -> None:
    """Show how far each service has applied a key's events."""
    _show_all("watermarks", ("source", "sequence", "parked", "applied_at"), {"key": key}, as_json=json)


@ops.command
def parked(
    *,
    dead: Annotated[bool, Parameter(negative="", help="Only those that wait for an operator")] = False,
    json: Json = False,
) -> None:
    """Show events that could not be applied yet, and why."""
    columns = ("source", "key", "sequence", "type", "reason", "attempts", "dead", "error")
    _show_all("parked", columns, {"dead": "true" if dead else None}, as_json=json)


@ops.command
def quarantine(*, json: Json = False) -> None:
    """Show records of the topics that are not events."""
    _show_all("quarantine", ("topic", "partition", "offset", "error", "at"), as_json=json)


@ops.command
def redrive(service: ServiceName, source: str, key: str, sequence: int, /, *, reason: Reason) -> None:
    """Try a parked event again at once, with new attempts."""
    _act("redrive", service, source, key, sequence, reason)


@ops.command
def skip(service: ServiceName, source: str, key: str, sequence: int, /, *, reason: Reason) -> None:
    """Pass over the first parked event of a key without its effect."""
    _act("skip", service, source, key, sequence, reason)


@ops.command
def discard(service: ServiceName, source: str, key: str, sequence: int, /, *, reason: Reason) -> None:
    """Throw a forged head of a key away (a fork, or one behind a gap): the history read so far stands."""
    _act("discard", service, source, key, sequence, reason)


@ops.command
def pause(service: ServiceName, source: ServiceName, /, *, reason: Reason) -> None:
    """Have a service apply nothing of a source until it is resumed; restarts change nothing about it."""
    _act_on_source("pause", service, source, reason)


@ops.command
def resume(service: ServiceName, source: ServiceName, /, *, reason: Reason) -> None:
    """Go on with a paused source."""
    _act_on_source("resume", service, source, reason)


@ops.command
def rewind(service: ServiceName, source: ServiceName, /, *, reason: Reason) -> None:
    """Have a paused source read from its topic's start when it is resumed; what was applied is dropped."""
    _act_on_source("rewind", service, source, reason)


@ops.command
def event(service: ServiceName, id: UUID, /, *, json: Json = False) -> None:
    """Show an event of a service, as it was appended."""
    answer = call(service, "GET", "ops", "v1", "events", str(id))
    rows = [{"field": name, "value": value} for name, value in answer.items()]
    show(answer, rows, ("field", "value"), as_json=json)


def _act(act: str, service: str, source: str, key: str, sequence: int, reason: str) -> None:
    path = ("ops", "v1", "parked", source, key, str(sequence), act)
    answer = call(service, "POST", *path, body={"reason": reason})
    if not answer["done"]:
        raise Refused(f"{service} has no event {sequence} of {source}, key {key}, that this could be done to.")
    print("done")


def _act_on_source(act: str, service: str, source: str, reason: str) -> None:
    answer = call(service, "POST", "ops", "v1", "sources", source, act, body={"reason": reason})
    if not answer["done"]:
        raise Refused(
            f"{service} has already paused {source}." if act == "pause" else f"{source} is not paused in {service}."
        )
    print("done")


def _show_all(what: str, columns: tuple[str, ...], query: dict[str, Any] | None = None, *, as_json: bool) -> None:
    """What every service answers, each row with its service; a silent service hides no other."""
    rows: list[dict[str, Any]] = []
    silent: list[str] = []
    for service in SERVICES:
        try:
            answer = call(service, "GET", "ops", "v1", what, query=query)
        except NotReachable as failure:
            silent.append(str(failure))
        else:
            rows += [{"service": service, **row} for row in answer.get("items", [answer])]
    show(rows, rows, ("service", *columns), as_json=as_json)
    if silent:
        raise NotReachable("\n".join(silent))


def main() -> None:
    try:
        app(exit_on_error=False, result_action="return_value")
    except CycloptsError:
        sys.exit(2)
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(failure.exit_code)


if __name__ == "__main__":
    main()
