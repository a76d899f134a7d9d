"""Run by Pyodide in Node: compile the page's Python and Python's own library, and load the shipped rules once.

The library becomes ``/python_stdlib.zip``; the rest stays in its folder, without sources.
"""

import compileall
import pickle
import sys
import time
import zipfile
from pathlib import Path

SITE, LIBRARY = Path("/lib/python3.14/site-packages"), Path("/library")
begun = time.time()
sys.dont_write_bytecode = True

import tactful  # noqa: E402
from tactful.language.load.files import shipped_folder  # noqa: E402

assert shipped_folder() == SITE / "tactful" / "_rules"
policy = tactful.load()
loaded = time.time() - begun
(SITE / "tactful" / "browser" / "rules.pickle").write_bytes(pickle.dumps((policy.checked, policy.layers), 5))
for folder in (SITE, LIBRARY):
    assert compileall.compile_dir(str(folder), quiet=1, legacy=True, optimize=2, stripdir=str(folder))
    for file in folder.rglob("*.py"):
        file.unlink()
with zipfile.ZipFile("/python_stdlib.zip", "w", zipfile.ZIP_STORED) as archive:  # the server compresses the whole
    for file in sorted(LIBRARY.rglob("*.pyc")):
        archive.writestr(zipfile.ZipInfo(file.relative_to(LIBRARY).as_posix()), file.read_bytes())
f"the rules took {loaded:.1f} s to load; {len(list(SITE.rglob('*.pyc')))} modules compiled"
