"""The service keeps to its own description, whatever it is sent: schemathesis finds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from serving import serving

#: How many requests are made for each operation and phase, by default and at night.
REQUESTS = int(os.environ.get("TACTFUL_REQUESTS", "50"))
TOKEN = "a-token-that-nobody-guesses"


@pytest.mark.slow
def test_nothing_that_is_sent_breaks_the_description(tmp_path: Path) -> None:
    """Statuses, media types and bodies are as described, wrong requests are refused, and nothing ends in a server error."""
    pytest.importorskip("schemathesis", reason="needs schemathesis")
    with serving(tmp_path, "--no-log", token=TOKEN) as served:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{served.url}/openapi.json",
            "--max-examples",
            str(REQUESTS),
            "--seed",
            "1",
            "--phases",
            "examples,coverage,fuzzing",
            "--workers",
            "1",
            "--no-color",
            "--header",
            f"Authorization: Bearer {TOKEN}",
            "--exclude-checks",
            "positive_data_acceptance",  # facts must also fit together, which no schema can say: else they are 422, as described
        ]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert ended.returncode == 0, ended.stdout[-20_000:]
        assert served.process.poll() is None
