"""Run by Pyodide in Node: compile the page's Python, load the shipped rules once, and pack both as ``/packed.zip``."""

import compileall
import pickle
import sys
import time
import zipfile
from pathlib import Path

SITE = Path("/lib/python3.14/site-packages")
begun = time.time()
sys.dont_write_bytecode = True

import tactful  # noqa: E402
from tactful.language.load.files import shipped_folder  # noqa: E402

assert shipped_folder() == SITE / "tactful" / "_rules"
policy = tactful.load()
loaded = time.time() - begun
(SITE / "tactful" / "browser" / "rules.pickle").write_bytes(pickle.dumps((policy.checked, policy.layers), 5))
compileall.compile_dir(str(SITE), quiet=2, legacy=True, optimize=2)
with zipfile.ZipFile("/packed.zip", "w", zipfile.ZIP_STORED) as archive:  # the server compresses the whole
    for file in sorted(SITE.rglob("*")):
        name = file.relative_to(SITE).as_posix()
        if file.is_dir() or file.suffix == ".py" or "__pycache__" in name:
            continue
        archive.write(file, name)
f"the rules took {loaded:.1f} s to load; {len(list(SITE.rglob('*.pyc')))} modules compiled"
