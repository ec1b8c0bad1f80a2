"""Where the PDF of a note is, and the pass that writes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.written_world import World
from vault_sync.core.model.plan import Create, Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.config import Config
from vault_sync.edge.state import pass_log
from vault_sync.sync.capture.pdfs import PaperPdf, paper_pdf, write_pdf

NOTE, KEY, PDF = RelPath("n.md"), Key("arxiv:2308.00001"), RelPath("pdfs/2308.00001.pdf")
TEXT = "---\ntitle: T\n{}---\n"


@pytest.mark.parametrize(
    ("says", "url", "other"),
    [
        ("", "https://arxiv.org/pdf/2308.00001", ""),
        ("pdf: https://x.org/a.pdf\n", "https://x.org/a.pdf", ""),
        ("pdf: http://x.org/a.pdf\n", "http://x.org/a.pdf", ""),
        ('pdf: "[[2308.00001.pdf]]"\n', "https://arxiv.org/pdf/2308.00001", ""),
        ('pdf: "[[mine.pdf]]"\n', "https://arxiv.org/pdf/2308.00001", "[[mine.pdf]]"),
    ],
)
def test_a_pdf_is_where_its_property_says_else_where_its_archive_has_it(
    says: str, url: str, other: str, tmp_path: Path
) -> None:
    world = World(tmp_path)
    world.put(NOTE, TEXT.format(says))
    config = Config(world.vault, pdf_folder="/pdfs/")
    assert paper_pdf(config, NOTE, KEY) == (NOTE, url, PDF, other)


def test_a_pdf_and_the_link_to_it_are_one_pass_and_what_is_there_is_none(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(NOTE, TEXT.format(""))
    config, pdf = Config(world.vault), PaperPdf(NOTE, "u", PDF)
    done = write_pdf(config, world.state(), pdf, b"%PDF \xff").done
    assert [type(each) for each in done] == [Create, Write]
    assert (world.vault / PDF).read_bytes() == b"%PDF \xff"
    assert 'pdf: "[[2308.00001.pdf]]"\n' in (world.vault / NOTE).read_text()
    assert write_pdf(config, world.state(), pdf, None).done == ()
    assert len(pass_log.records(world.state(), 9)) == 1
    world.put(NOTE, TEXT.format(""))
    (linked,) = write_pdf(config, world.state(), pdf, None).done
    assert linked.path == NOTE
