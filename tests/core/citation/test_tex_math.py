"""Math that may stay: what sets letters and symbols, and nothing that TeX runs."""

from __future__ import annotations

import pytest
from vault_sync.core.citation.tex_math import MACROS, is_math


@pytest.mark.parametrize(
    "math",
    [
        "x^2",
        r"\alpha",
        r"O(n \log n)",
        r"\ell_{1,2}",
        r"\mathcal{O}(\sqrt{T})",
        r"\hat{x}'",
        r"\frac{1}{2}",
        r"\left\{ x \right\}",
        "α",
        r"10^{-3}\%",
        r"\mathrm{SE}(3)",
        "SE(3) ≤ 2×3 → ∞",
    ],
)
def test_letters_and_symbols_stay(math: str) -> None:
    assert is_math(math)


RUN = (
    *("input{/etc/passwd}", "include{x}", "write18{id}", "immediate", "openout1", "openin1"),
    *("csname x", "def", "let", "catcode", "read1", "special{x}"),
    *("char92", "jobname", "usepackage", "directlua{x}", "href{x}{y}", "url{x}"),
    *(
        "verbatiminput{x}",
        "InputIfFileExists{x}{}{}",
        "expandafter",
        "string",
        "noexpand",
        "futurelet",
    ),
    *("global", "newcommand", "loop", "typeout{}", "includegraphics{x}", "pdfximage{x}"),
    *("ShellEscape{x}", "@@input x", "begin{x}", "hbox{x}", "scantokens{x}", "lowercase{x}"),
    *("uppercase{x}", "message{x}", "\\", '"', "bibinput", "Input"),
)


@pytest.mark.parametrize("macro", RUN)
def test_what_tex_runs_does_not(macro: str) -> None:
    for around in ("{}", "x {} y", "{{{}}}", "\\mathbf{{{}}}", "\\text{{{}}}", "\\alpha{}"):
        assert not is_math(around.replace("{}", "\\" + macro).replace("{{", "{").replace("}}", "}"))


@pytest.mark.parametrize(
    "text", ["^^5cinput", "x^^M", "%", "#1", "&", "@", '"', "`", "$", "}{", "{", "\\", "\x00", "~"]
)
def test_signs_that_mean_more_to_tex_do_not(text: str) -> None:
    assert not is_math(text)


def test_no_macro_of_the_list_takes_a_file_or_a_definition() -> None:
    dangerous = ("input", "include", "write", "read", "open", "def", "csname", "catcode", "char")
    assert not [name for name in MACROS for part in dangerous if part in name.lower()]
