"""`service install|uninstall|status`: the daemon as a service of this user."""

from __future__ import annotations

from pathlib import Path

from vault_sync.cli.console import Console
from vault_sync.core.report import lines as report
from vault_sync.edge.system import service
from vault_sync.edge.system.service import Done


def install(console: Console) -> int:
    """Write the service's file and start it; show what is left to do by hand."""
    root = console.config().root
    return _show(console, root, "wrote", service.install(root, service.this_host()))


def uninstall(console: Console) -> int:
    """Stop the service and remove its file."""
    root = console.config().root
    return _show(console, root, "removed", service.uninstall(root, service.this_host()))


def _show(console: Console, root: Path, did: str, done: Done) -> int:
    if console.json:
        more = {"ran": done.ran, "todo": done.todo, "failure": done.failure}
        console.answer(root, file=str(done.file), did=did, **more)
    console.say([f"{did} {done.file}"])
    console.say(f"ran: {command}" for command in done.ran)
    if done.failure:
        console.complain([f"{done.todo[0]}: {done.failure}", "when that is mended, run:"])
    elif done.todo:
        console.say(["no service manager answers here; when one does, run:"])
    console.say(f"  {command}" for command in done.todo)
    return report.OUT_OF_LINE if done.failure else report.IN_LINE


def status(console: Console) -> int:
    """Show if the service is installed, enabled, active; 1 if it is not installed."""
    config = console.config()
    found = service.state(config.root, service.this_host())
    exit_code = report.IN_LINE if found.installed else report.OUT_OF_LINE
    if console.json:
        state = {"installed": found.installed, "enabled": found.enabled, "active": found.active}
        console.answer(config.root, file=str(found.file), **state)
        return exit_code
    words = {None: "unknown (no service manager answers here)", True: "yes", False: "no"}
    console.out(
        [
            f"file       {found.file}",
            f"installed  {words[found.installed]}",
            f"enabled    {words[found.enabled]}",
            f"active     {words[found.active]}",
        ]
    )
    return exit_code
