"""The stand-alone script that checks exports, as tests run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.config import ROOT

VERIFIER = ROOT / "bin" / "verify-trail"


def script(folder: Path, records: Any, *options: str) -> tuple[int, str]:
    """What the stand-alone script says of an export."""
    file = folder / "trail.jsonl"
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
    run = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), *options, str(file)], capture_output=True, text=True
    )
    return run.returncode, run.stdout + run.stderr
