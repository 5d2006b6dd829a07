"""What the loop that the services run on does to the Kafka client."""

import asyncio

import pytest
import uvloop
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

import shared.events.kafka  # noqa: F401 (it brings the connection that is tried here)
from tests.servers import Servers


def test_a_request_over_a_transport_that_uvloop_has_closed_fails_as_a_broken_connection(servers: Servers) -> None:
    async def send_over_closed_transport() -> None:
        client = AIOKafkaClient(bootstrap_servers=servers.kafka)
        await client.bootstrap()
        try:
            node = client.get_random_node()
            assert await client.ready(node)
            [connection] = client._conns.values()
            connection._writer.transport.abort()
            await asyncio.sleep(0)  # the loop closes it; the connection's own reader has not noticed yet

            with pytest.raises(KafkaConnectionError, match="the handler is closed"):
                connection.send(MetadataRequest([]))
        finally:
            await client.close()

    uvloop.run(send_over_closed_transport())
