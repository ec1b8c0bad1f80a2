"""The tests of writing run on this system's own files, and on the stand-in for Windows."""

from __future__ import annotations

import pytest
from tests.support import fake_windows
from tests.support.fake_windows import FakeKernel

ONLY_HERE = {
    "test_a_text_has_the_mode_of_the_file_it_stands_for": "Windows has no modes",
    "test_mode_and_attributes_stay": "as above",
    "test_nobody_else_reads_a_text_before_it_has_its_mode": "as above",
    "test_a_new_note_gets_the_mode_that_the_user_gives_to_new_files": "as above",
    "test_on_a_disk_that_cannot_replace_safely_nothing_is_written": "the fault is in this kernel",
    "test_killed_between_the_exchange_and_the_look_at_what_it_displaced": "it looks first",
    "test_edits_upon_edits_while_the_first_is_put_back": "nothing is put back: it looks first",
    "test_a_file_that_is_saved_for_ever_is_given_up_with_the_place_of_its_text": "as above",
    "test_without_a_place_for_it_the_text_stays_in_the_vault": "as above",
    "test_a_folder_on_another_file_system_has_its_temporary_file_beside": "another disk is a link",
    "test_a_folder_of_another_case_is_refused": "it is the same folder there",
    "test_a_folder_that_is_called_like_a_note_is_refused": "it is said in other words there",
    "test_half_a_move_by_hard_link_is_ended": "nothing is moved by links there",
    "test_a_removal_after_the_kill_stays": "it may stand aside, in the midst of an exchange",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on both, or where its name says: in `ONLY_HERE`, or `pinned`, as on Windows."""
    if "files" in metafunc.fixturenames:
        name = metafunc.function.__name__
        systems = ["windows"] if "pinned" in name else ["here", "windows"]
        metafunc.parametrize("files", ["here"] if name in ONLY_HERE else systems, indirect=True)


@pytest.fixture(autouse=True)
def files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FakeKernel | None:
    return fake_windows.install(monkeypatch.setattr) if request.param == "windows" else None
