"""The block that proves the program works with the network off is itself in force."""

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("example.org", 80), ("10.0.0.1", 53)])
@pytest.mark.parametrize("connect", ["connect", "connect_ex"])
def test_nothing_but_loopback_can_be_reached(address, connect):
    with socket.socket() as client, pytest.raises(RuntimeError, match="a test tried to reach"):
        getattr(client, connect)(address)


def test_a_server_on_loopback_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
