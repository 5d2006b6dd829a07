"""python -m shared.local up | down [--wipe] | status [--json] | demo [--stay] | stack."""

import argparse
import json
import signal
import sys
from types import FrameType

from shared.local import demo, stack, status, supervisor
from shared.local.folders import RUN
from shared.local.jars import JarDiffers
from shared.local.processes import CannotStart
from shared.local.screen import console


def main() -> int:
    arguments = _parser().parse_args()
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _interrupt)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        console.print("  interrupted")
        if arguments.command == "up":
            supervisor.down(RUN, wipe=False)
        return 130
    except (CannotStart, JarDiffers, OSError) as error:
        console.print(f"✗ {error}\n  All logs are in {RUN / 'log'}", markup=False, soft_wrap=True)
        return 1


def _run(arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "up":
            supervisor.up(RUN)
            console.print(status.as_table(status.read(RUN)))
        case "down":
            supervisor.down(RUN, wipe=arguments.wipe)
        case "demo":
            return demo.run(RUN, stay=arguments.stay)
        case "stack":
            started = stack.start(RUN, tied=False, fast=False)
            console.print(f"PostgreSQL  {started.dsn}\nKafka       {started.kafka}")
        case "status":
            rows = status.read(RUN)
            if arguments.json:
                print(json.dumps(status.as_json(rows), indent=1))
            else:
                console.print(status.as_table(rows))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.local", description="SINGO on this machine alone.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything that does not run, and stay in the background")
    down = commands.add_parser("down", help="stop everything")
    down.add_argument("--wipe", action="store_true", help="remove the data too")
    state = commands.add_parser("status", help="how each process is")
    state.add_argument("--json", action="store_true", help="for programs")
    story = commands.add_parser("demo", help="wipe the data, start everything, play the story, stop everything")
    story.add_argument("--stay", action="store_true", help="stay up after the story")
    commands.add_parser("stack", help="start PostgreSQL and Kafka only")
    return parser


def _interrupt(_: int, __: FrameType | None) -> None:
    """A closed terminal, or a polite kill: put in order what was begun, as on Ctrl-C."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
