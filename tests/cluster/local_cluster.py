"""A Ray cluster on this machine alone, whose nodes can be killed at work. Linux only, as it reads ``/proc``."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import ray
import ray.data
from ray.cluster_utils import Cluster

#: A loopback address that Ray does not replace by the machine's own address.
ADDRESS: Final = "127.0.0.2"
STORE: Final = 80 * 1024 * 1024


@contextlib.contextmanager
def local_cluster(nodes: int) -> Iterator[Cluster]:
    """A cluster of ``nodes`` nodes with one core each, and a head that does no work. This process is connected to it."""
    common = {"object_store_memory": STORE, "node_ip_address": ADDRESS}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, **common})
    try:
        for _ in range(nodes):
            cluster.add_node(num_cpus=1, **common)
        ray.init(cluster.address, _node_ip_address=ADDRESS, log_to_driver=False, logging_level="ERROR")
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield cluster
    finally:
        ray.shutdown()
        cluster.shutdown()


class Killer:
    """Kills the first worker of a cluster that is seen doing a task, or that worker's node."""

    def __init__(self, cluster: Cluster, task: str, *, node: bool) -> None:
        self._cluster, self._task, self._node = cluster, f"ray::{task}", node
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._over = threading.Event()
        self.killed = 0

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _wait(self) -> None:
        while not self._over.is_set():
            for node in list(self._cluster.worker_nodes):
                for pid in _children(_raylet(node)):
                    if _title(pid).startswith(self._task):
                        return self._kill(node, pid)
            time.sleep(0.002)
        return None

    def _kill(self, node: Any, pid: int) -> None:
        if self._node:
            self._cluster.remove_node(node, allow_graceful=False)  # SIGKILL for its raylet, and so for its workers
        else:
            os.kill(pid, signal.SIGKILL)
        self.killed += 1


def _raylet(node: Any) -> int:
    """The process of a node that starts its workers."""
    return int(node.all_processes["raylet"][0].process.pid)


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _title(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode(errors="replace")
    return ""
