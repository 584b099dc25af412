"""A connection of another process can be cut in the middle, and that process goes on."""

import socket
import subprocess
import sys

from devkit.chaos import processes
from devkit.native.process import Running

TALKS = """
import socket, sys
one, two = (socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(2))
print(repr(one.recv(10)), flush=True)
two.sendall(b"still here")
"""


def test_only_the_connection_that_is_cut_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", TALKS, str(server.getsockname()[1])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            first, _ = server.accept()
            second, _ = server.accept()
            process = Running.of(child.pid)
            assert process is not None
            fds = processes.connections(process)
            assert len(fds) == 2
            assert processes.cut(process, fds[:1]) == 1
            said, _ = child.communicate(timeout=10)
            assert said.strip() == "b''"
            assert second.recv(20) == b"still here"
            first.close()
            second.close()


def test_a_process_that_is_gone_is_cut_nowhere() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        process = Running.of(child.pid)
    assert process is None or processes.cut(process, [3]) == 0
