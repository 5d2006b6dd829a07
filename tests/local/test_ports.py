import socket
from pathlib import Path

import pytest

from shared.local.ports import claimed, remembered

PREFERRED = {"one": 23100, "two": 23101}


def test_two_folders_get_different_ports_even_before_anything_listens(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        claimed(tmp_path_factory.mktemp("a"), PREFERRED, in_use=()) as first,
        claimed(tmp_path_factory.mktemp("b"), PREFERRED, in_use=()) as second,
    ):
        assert set(first.values()).isdisjoint(second.values())


def test_the_same_ports_are_taken_again(tmp_path: Path) -> None:
    with claimed(tmp_path, PREFERRED, in_use=()) as first:
        pass

    with claimed(tmp_path, PREFERRED, in_use=()) as again:
        assert again == first == remembered(tmp_path)


def test_a_port_on_which_somebody_else_listens_is_passed_over(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        taken = stranger.getsockname()[1]

        with claimed(tmp_path, {"one": taken}, in_use=()) as chosen:
            assert chosen["one"] == taken + 20


def test_a_running_server_keeps_its_port(tmp_path: Path) -> None:
    with claimed(tmp_path, PREFERRED, in_use=()) as first, claimed(tmp_path, PREFERRED, in_use={"one"}) as second:
        assert second["one"] == first["one"]
        assert second["two"] != first["two"]


def test_a_state_file_that_is_not_whole_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"ports": {"one"')

    assert remembered(tmp_path) == {}
