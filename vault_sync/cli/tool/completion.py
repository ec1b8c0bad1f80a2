"""`completion SHELL`: the script by which a shell asks this program for completions."""

from __future__ import annotations

from click.shell_completion import get_completion_class

from vault_sync.cli import terminal
from vault_sync.cli.console import Console
from vault_sync.cli.verbs import cli
from vault_sync.core.report import lines as report

_FOR_BASH = """\
%(complete_func)s() {
    local response completion type value

    response=$(env COMP_WORDS="$(IFS=$'\\n'; echo "${COMP_WORDS[*]}")" COMP_CWORD="$COMP_CWORD" \\
        COMP_WORD="${COMP_WORDS[COMP_CWORD]}" %(complete_var)s=bash_complete "$1")

    while IFS= read -r completion; do
        type=${completion%%%%,*} value=${completion#*,}
        if [[ $type == 'dir' ]]; then
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
        fi
    done <<< "$response"
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
"""As click's, but for names with blanks, backslashes and `*`, which its own would expand.

The word is given apart too: it says which quote is open.
"""


def completion(console: Console, shell: str) -> int:
    """Print the script of a shell."""
    kind = get_completion_class(shell)
    assert kind is not None  # the command line takes no other shell
    made = kind(cli, {}, "vault-sync", "_VAULT_SYNC_COMPLETE")
    # Its `source` would look at the version of bash first, by running one.
    script = made.source_template % made.source_vars()
    if shell == "bash":
        script = _FOR_BASH % made.source_vars()
    if console.json:
        terminal.answer({"shell": shell, "script": script})
    else:
        terminal.line(script)
    return report.IN_LINE
