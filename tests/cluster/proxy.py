"""A TCP proxy in front of a node that cuts its connections when told."""

import asyncio
import socket
import struct
import threading

# Not the address of the nodes: they do not take it for that of the node behind
# it, so they dial the proxy only.
ADDRESS = "127.0.0.2"

RESET = struct.pack("ii", 1, 0)


class Proxy:
    def __init__(self):
        self.cuts = 0
        self._target = None
        self._writers = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever,
                                        daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._pass, ADDRESS, 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(5)

    @property
    def seed(self):
        return f"{ADDRESS}:{self.port}"

    def lead_to(self, node):
        self._target = (node.address, node.cluster_port)

    async def _pass(self, reader, writer):
        self._writers.add(writer)
        try:
            if self._target:
                far_reader, far_writer = await asyncio.open_connection(
                    *self._target, local_addr=(ADDRESS, 0))
                self._writers.add(far_writer)
                await asyncio.gather(self._copy(reader, far_writer),
                                     self._copy(far_reader, writer))
        except OSError:
            pass
        writer.close()

    async def _copy(self, reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()
        self._writers.discard(writer)

    def cut(self):
        """Resets all connections."""
        async def reset():
            alive = [x for x in self._writers if not x.is_closing()]
            for writer in alive:
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()
            self.cuts += len(alive) > 0
            self._writers.clear()
        self._call(reset())

    def close(self):
        self.cut()
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _stop(self):
        self._server.close()
        await self._server.wait_closed()
