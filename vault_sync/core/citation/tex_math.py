"""The math that may stand in a file for TeX: an allow-list, for TeX runs what it is not told of.

`^^5c` is a backslash to TeX, so two carets in a row are none of it. No name here takes a file, a
number of a character, a name of a macro or a definition.
"""

from __future__ import annotations

from typing import Final

from vault_sync.core.text.regex import regex

_NAMES: Final = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi
    pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta
    Lambda Xi Pi Sigma Upsilon Phi Psi Omega
    hat widehat bar overline underline tilde widetilde vec dot ddot check breve acute grave
    overrightarrow overleftarrow overbrace underbrace
    mathbb mathbf mathcal mathfrak mathit mathrm mathscr mathsf mathtt mathop mathbin mathrel
    boldsymbol bm bf rm it cal text textbf textit textrm textsc textsf texttt operatorname
    frac tfrac dfrac binom sqrt sum prod coprod int iint oint cup cap bigcup bigcap setminus
    times div cdot cdots ldots dots vdots ddots pm mp ast star circ bullet oplus otimes odot
    wedge vee neg lnot leq le geq ge neq ne ll gg approx sim simeq cong equiv propto prec succ
    preceq succeq subset supset subseteq supseteq in ni notin mid nmid parallel perp models
    vdash to gets leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow
    longrightarrow Longrightarrow mapsto hookrightarrow uparrow downarrow rightharpoonup leadsto
    not lesssim gtrsim leqslant geqslant
    infty partial nabla forall exists emptyset varnothing ell hbar imath jmath Re Im aleph angle
    prime dagger ddagger square Box triangle triangleq flat sharp natural top bot langle rangle
    lfloor rfloor lceil rceil lvert rvert lVert rVert vert Vert left right big Big bigl bigr
    quad qquad
    log ln exp sin cos tan sinh cosh tanh min max sup inf lim limsup liminf arg det dim ker deg
    gcd Pr mod bmod pmod
"""
MACROS: Final = frozenset(_NAMES.split())
"""Macros that set letters and symbols, of LaTeX and its AMS packages."""

_TOKEN = regex(
    r"\\([A-Za-z]+)"
    r"|\\[,;:! {}|_%&#]"
    r"|\^(?!\^)"
    r"|[A-Za-z0-9 +\-*/=<>()\[\]|.,:;!?'_{}]"
    r"|[^\W\x00-\x7f]|[\u00a1-\u00ff\u2010-\u2027\u2030-\u205e\u2070-\u209c\u2100-\u2bff]"
)


def is_math(text: str) -> bool:
    """Return True for what may stand between dollars: all of it allowed, its braces in pairs.

    BibTeX counts escaped braces too.
    """
    at = depth = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or (token[1] is not None and token[1] not in MACROS):
            return False
        depth += token[0].endswith("{") - token[0].endswith("}")
        if depth < 0:
            return False
        at = token.end()
    return depth == 0
