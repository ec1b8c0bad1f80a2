"""`[notes] template`: read when a note is made, never taken for a note, its mistakes said."""

from __future__ import annotations

import pytest
from tests.support.vaults import Vault

TEMPLATE = "Templates/Paper.md"
ENTRY = "https://arxiv.org/abs/2301.0000{0}\nPaper {0} (Ann One)\nWords.\n"


@pytest.fixture
def made(empty_vault: Vault) -> Vault:
    empty_vault.write("vault-sync.toml", f'[notes]\ntemplate = "{TEMPLATE}"\n')
    empty_vault.write(
        TEMPLATE,
        "---\ndigests: []\nurl: {{url}}\nstatus: new\nweek: {{date:ww}}\n---\n\n# {{title}}\n",
    )
    empty_vault.write("digests/2023-W33.md", "W\n" + ENTRY.format(1))
    empty_vault.ok("rebuild", "--offline")
    return empty_vault


def test_a_note_is_made_after_it_and_later_ones_too(made: Vault) -> None:
    text = made.read("papers/Paper 1.md")
    assert "status: new\nweek: 33\n" in text
    assert text.endswith("# Paper 1\n\n## [[2023-W33]]\n\nWords.\n")
    assert "nothing to do" in made.ok("sync", "--offline").out
    made.write("digests/2023-W33.md", made.read("digests/2023-W33.md") + ENTRY.format(2))
    template = made.read(TEMPLATE)
    made.ok("sync", "--offline")
    assert "status: new" in made.read("papers/Paper 2.md") and made.read(TEMPLATE) == template
    assert "nothing to do" in made.ok("sync", "--offline").out
    made.ok("check")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("---\na: 1\n---\n{{titel}}!\n", f"{TEMPLATE}:4: there is no placeholder {{{{titel}}}}"),
        ("---\na: [1\n---\nwords\n", f"{TEMPLATE}:2: the template cannot be used: the properties"),
        ("", f"{TEMPLATE}: [notes] template names this file, and it is not there"),
    ],
)
def test_its_mistakes_are_one_clear_line(made: Vault, template: str, said: str) -> None:
    if template:
        made.write(TEMPLATE, template)
    else:
        (made.root / TEMPLATE).unlink()
    made.write("digests/2023-W33.md", made.read("digests/2023-W33.md") + ENTRY.format(2))
    ran = made.run("sync", "--offline")
    assert ran.code == 1 and ran.err.count(said) == 1, ran.err
    assert "## [[2023-W33]]\n\nWords.\n" in made.read("papers/Paper 2.md")
