"""The ACL Anthology's MODS as text."""

from __future__ import annotations

from tests.support.archive_server import MODS, of
from vault_sync.core.model.values import Facts
from vault_sync.core.sources import anthology
from vault_sync.core.sources.answers import Feed


def test_a_paper_of_the_anthology() -> None:
    assert anthology.address("https://a.org", ["N19-1423"]) == "https://a.org/N19-1423.xml"
    assert of(anthology.read(MODS.encode(), ["N19-1423"])) == Facts(
        year="2019",
        title="BERT: Pre-training of Deep Bidirectional Transformers",
        authors=("Jacob Devlin", "Ming-Wei Chang"),
        doi="10.18653/v1/N19-1423",
        journal="Proceedings of NAACL 2019",
        abstract="We introduce a model.",
    )
    dated = MODS.replace(">2019-06<", ">2019-06-02<")
    assert of(anthology.read(dated.encode(), ["N19-1423"])).published == "2019-06-02"
    edited = MODS.replace(">author<", ">editor<", 1)
    assert of(anthology.read(edited.encode(), ["N19-1423"])).authors == ("Ming-Wei Chang",)
    apart = MODS.replace("BERT: Pre-training", "BERT</title><subTitle>Pre-training", 1)
    apart = apart.replace("Transformers</title>", "Transformers</subTitle>", 1)
    assert of(anthology.read(apart.encode(), ["N19-1423"])).title.startswith("BERT: Pre-training")
    article = MODS.replace("<title>BERT", "<nonSort>The</nonSort><title>BERT", 1)
    junior = '<namePart type="termsOfAddress">Jr.</namePart>'
    article = article.replace('<namePart type="given">Jacob', f'{junior}<namePart type="given">J.')
    of_a_team = article.replace('type="given">Ming-Wei', ">The Team", 1)
    found = of(anthology.read(of_a_team.encode(), ["N19-1423"]))
    assert found.title.startswith("The BERT: ")
    assert found.authors == ("J. Devlin Jr.", "The Team Chang")
    in_part = MODS.replace("originInfo>", "part>").replace("dateIssued>", "date>")
    assert of(anthology.read(in_part.encode(), ["N19-1423"])).year == "2019"
    elsewhere = MODS.replace("https://aclanthology.org/N19-1423/", "")
    assert of(anthology.read(elsewhere.encode(), ["n19-1423"])).year == "2019"
    untitled = MODS.replace(">BERT: Pre-training of Deep Bidirectional Transformers<", "><")
    assert anthology.read(untitled.encode(), ["N19-1423"]) == Feed({}, whole=True)
    assert anthology.read(MODS.encode(), ["P19-0001"]) == Feed({}, whole=True)
