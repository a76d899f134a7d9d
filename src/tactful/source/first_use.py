"""The lock for what is imported or compiled on first use, and must not be half done in a forked process.

A child inherits the locks of its parent, but not the thread that would release them. It would wait for ever for a lock
that another thread held at that moment: Python's own lock of a module that is being imported, too. So there is one lock
for the whole process, and a fork waits for it.
"""

from __future__ import annotations

import os
from threading import RLock
from typing import Final

FIRST_USE: Final = RLock()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=FIRST_USE.acquire, after_in_parent=FIRST_USE.release, after_in_child=FIRST_USE.release)
