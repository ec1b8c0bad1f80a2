"""Other programs that keep two sides alike, on the same vault: the measure of nothing to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from bench.measure import Bench, Spread, seconds, spread


def unison(bench: Bench, root: Path) -> list[str] | None:
    """A command that finds nothing to do between a vault and its copy; None where it is missing."""
    program = shutil.which("unison")
    if program is None:
        return None
    other = bench.folder / f"{root.name}-copy"
    if not other.exists():
        shutil.copytree(root, other)
    command = [program, str(root), str(other), "-batch", "-silent", "-times=false"]
    environ = unison_environ(bench)
    subprocess.run(command, env=environ, check=True, capture_output=True)
    return command


def unison_environ(bench: Bench) -> dict[str, str]:
    return {**os.environ, "UNISON": str(bench.folder / "unison")}


def vdirsyncer(bench: Bench, items: int) -> tuple[Spread, Spread] | None:
    """vdirsyncer: one file of contacts against one file a contact; first time, nothing to do."""
    program = shutil.which("vdirsyncer")
    if program is None:
        return None
    folder = bench.folder / "vdirsyncer"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "many").mkdir(parents=True)
    (folder / "one.vcf").write_text(
        "".join(
            f"BEGIN:VCARD\nVERSION:3.0\nUID:{number}\nFN:논문 {number}\nNOTE:{'말 ' * 300}\n"
            "END:VCARD\n"
            for number in range(items)
        ),
        "utf-8",
    )
    config = folder / "config"
    config.write_text(
        f"""[general]
status_path = "{folder}/status"
[pair p]
a = "one"
b = "many"
collections = null
conflict_resolution = null
[storage one]
type = "singlefile"
path = "{folder}/one.vcf"
[storage many]
type = "filesystem"
path = "{folder}/many"
fileext = ".vcf"
"""
    )
    base = [program, "-c", str(config), "-v", "CRITICAL"]

    def once() -> None:
        subprocess.run([*base, "sync"], check=True, capture_output=True)

    try:
        subprocess.run([*base, "discover"], check=True, capture_output=True, input=b"y\ny\n")
        first = seconds(once)
        return spread([first]), spread([seconds(once) for _ in range(bench.runs)])
    except subprocess.CalledProcessError:
        return None
