"""The base that the last commit gives to a device that has none."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest
from tests.support.reader import (
    ALPHA,
    BETA,
    GAMMA,
    NEXT,
    NOTE_DELTA,
    OMEGA,
    WEEK,
    cut,
    settled,
)
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import RelPath, Rules
from vault_sync.edge.config import Config
from vault_sync.edge.git import repository as git_repository
from vault_sync.edge.git.repository import GitError
from vault_sync.sync.observation import head_base
from vault_sync.sync.observation.head_base import head_texts, with_head
from vault_sync.sync.observation.observation import Observation, observe_texts


def git(root: Path, *arguments: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *name, *arguments], cwd=root, check=True, capture_output=True)


def test_the_texts_of_the_last_commit_are_read_whatever_git_is_told_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a hook, where git names the repository and the index of another one."""
    assert head_texts(tmp_path) == {}
    git(tmp_path, "init")
    assert head_texts(tmp_path) == {}
    for path, text in (("a.md", "one\n"), ("b.txt", "two\n"), (".c/d.md", "three\n")):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "x")
    (tmp_path / "a.md").write_text("later\n")
    assert head_texts(tmp_path) == {"a.md": "one\n"}
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    assert head_texts(tmp_path) == {"a.md": "one\n"}


def test_a_clone_that_lacks_texts_fetches_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, str] = {}

    def repository(_: Path, environ: Mapping[str, str]) -> NoReturn:
        told.update(environ)
        raise GitError("no repository")

    monkeypatch.setattr(git_repository, "repository", repository)
    assert head_texts(tmp_path) == {} and told["GIT_NO_LAZY_FETCH"] == "1"


def test_head_gives_the_fields_of_papers_that_both_sides_have_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = settled()
    head = {RelPath(path): text for path, text in vault.files.items()}
    monkeypatch.setattr(head_base, "head_texts", lambda _: head)
    cut(vault, GAMMA)
    del vault.files[NOTE_DELTA]
    del vault.files[NEXT]
    config = Config(tmp_path)

    def seen(base: Base, files: Mapping[str, str] = vault.files) -> Observation:
        return observe_texts({RelPath(path): text for path, text in files.items()}, Rules(), base)

    mine = BaseKey(BETA, "", "title")
    rows = with_head(seen(Base({mine: "mine"})), config).base.rows
    shared, placed = {"title", "authors", "url"}, {"commentary", "tags"}
    assert set(rows) == {
        *(BaseKey(key, "", name) for key in (ALPHA, BETA, GAMMA, OMEGA) for name in shared),
        *(BaseKey(key, WEEK, name) for key in (ALPHA, BETA) for name in placed),
    }
    assert rows[mine] == "mine" and rows[BaseKey(ALPHA, WEEK, "tags")] == ("alpha", "llm")
    given = seen(Base(), {})
    assert with_head(given, config) is given
    monkeypatch.setattr(head_base, "is_bisecting", lambda _: True)
    given = seen(Base())
    assert with_head(given, config) is given


def test_head_gives_nothing_on_which_its_two_sides_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {RelPath(path): text for path, text in settled().files.items()}
    seen = observe_texts(files, Rules(), Base())
    week = RelPath(WEEK)
    head = files | {week: files[week].replace("#alpha #llm", "#alpha #llm #new")}
    monkeypatch.setattr(head_base, "head_texts", lambda _: head)
    rows = with_head(seen, Config(tmp_path)).base.rows
    assert BaseKey(ALPHA, WEEK, "commentary") in rows and BaseKey(ALPHA, WEEK, "tags") not in rows
