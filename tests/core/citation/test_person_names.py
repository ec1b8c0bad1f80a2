"""Names of authors are taken apart, and their letters become ASCII."""

from __future__ import annotations

import pytest
from vault_sync.core.citation.person_names import PersonName, ascii_letters, person_name


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Niklas Muennighoff", PersonName("Muennighoff", "Niklas")),
        ("Leandro von Werra", PersonName("Werra", "Leandro", "von")),
        ("Aäron van den Oord", PersonName("Oord", "Aäron", "van den")),
        ("Ariel N. Lee", PersonName("Lee", "Ariel N.")),
        ("Sammy Davis Jr.", PersonName("Davis", "Sammy", suffix="Jr.")),
        ("Ann Sr.", PersonName("Sr.", "Ann")),
        ("de la Cruz, Ana", PersonName("Cruz", "Ana", "de la")),
        ("van der, Ana", PersonName("van der", "Ana")),
        ("Davis, Jr., Sammy", PersonName("Davis", "Sammy", suffix="Jr.")),
        ("Ana Silva (MIT, CSAIL)", PersonName("Silva", "Ana")),
        ("김철수", PersonName("김", "철수")),
        ("김 철수", PersonName("김", "철수")),
        ("남궁민수", PersonName("남궁", "민수")),
        ("남궁민", PersonName("남궁", "민")),
        ("선우", PersonName("선", "우")),
        ("Ann B. C.", PersonName("C.", "Ann B.")),
        ("Ann de la Cruz III", PersonName("Cruz", "Ann", "de la", "III")),
        ("OpenAI", PersonName(whole="OpenAI")),
        ("Qwen Team", PersonName(whole="Qwen Team")),
        ("Ann and Bob One", PersonName(whole="Ann and Bob One")),
        ("Google Research", PersonName(whole="Google Research")),
        ("(MIT)", PersonName(whole="(MIT)")),
        ("", PersonName()),
    ],
)
def test_a_name_is_taken_apart(author: str, name: PersonName) -> None:
    assert person_name(author) == name


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Aäron", "Aaron"),
        ("Łukasz", "Lukasz"),
        ("Strauß", "Strauss"),
        ("김철수", "gimceolsu"),
        ("O’Neill-Smith", "ONeillSmith"),
        ("日本", ""),
        ("ﬁne", "fine"),
        ("１２", "12"),
    ],
)
def test_letters_become_ascii_the_same_everywhere(text: str, letters: str) -> None:
    assert ascii_letters(text) == letters
