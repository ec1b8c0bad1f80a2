"""Keys from every spelling of an address: the identity of a paper, which both sides share.

Rules (docs/format.md): an arXiv paper is its id without a version, however it is addressed; a DOI
is lower case; an OpenReview paper is its forum id; a paper of the ACL Anthology is its id there
(`N19-1423`, `2020.acl-main.1`); anything else is its URL without scheme, `www.`, fragment, tracking
parameters and trailing slash. Two spellings of one paper give one key. Where it
is not certain that two addresses are one, they stay two: a paper met twice is a nuisance, two
papers taken for one would mix what was written of them.

To add a kind of key: a row in `KINDS` and a higher `KEY_RULES`; all that depends on a kind asks its
row. Entries that had a `url:` key until then get another: the state renames theirs (`respelled`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from vault_sync.core.model.values import Key
from vault_sync.core.text.regex import regex

KEY_RULES = 2
"""The version of the rules by which an address becomes a key; raised whenever one changes.

What was remembered of files under other rules (the index) is not trusted; the keys of an older
state are renamed.
"""

_MONTH = "(?:0[1-9]|1[0-2])"
# Four digits from April 2007, five since 2015 (arXiv's identifier scheme).
_ARXIV_NEW = rf"(?:(?:0[7-9]|1[0-4]){_MONTH}\.[0-9]{{4}}|(?:1[5-9]|[2-9][0-9]){_MONTH}\.[0-9]{{5}})"
_ARXIV_OLD = rf"[a-z][a-z-]*(?:\.[a-z]{{2}})?/[0-9]{{2}}{_MONTH}[0-9]{{3}}"
_ARXIV = regex(rf"(?:{_ARXIV_NEW}|{_ARXIV_OLD})(?=v[0-9]|\.pdf|/|$)", re.IGNORECASE)
_PLAIN_ARXIV = regex(
    rf"(?:arxiv:\s*)?(?:{_ARXIV_NEW}|{_ARXIV_OLD})(?:v[0-9]+)?",
    re.IGNORECASE,
)
_DOI = regex(r"10\.[0-9]{4,9}/\S+")
_ARXIV_DOI = "10.48550/arxiv."
_DOI_PATH = regex(r"/doi/(?:[a-z]+/)?(10\.[0-9]{4,9}/.+)", re.IGNORECASE)
_ADDRESS = regex(r"(?:https?|ftp)://([^/?#\s]+)([^?#\s]*)(?:\?([^#\s]*))?(?:#\S*)?", re.IGNORECASE)

# Where a paper's arXiv id stands in the path, by host.
_ARXIV_PATHS = {
    "arxiv.org": ("abs", "pdf", "html", "format", "src", "e-print", "ps"),
    "ar5iv.org": ("abs", "html", "pdf"),
    "ar5iv.labs.arxiv.org": ("html",),
    "alphaxiv.org": ("abs", "pdf", "html", "overview"),
    "huggingface.co": ("papers",),
    "hf.co": ("papers",),
}
_ACL_HOSTS = frozenset(("aclanthology.org", "aclweb.org"))
# The Anthology's ids before and since 2020; behind one a version, a kind of file, or nothing.
_ACL_OLD = r"[a-z][0-9]{2}-[0-9]{4}"
_ACL_NEW = r"[0-9]{4}\.[a-z0-9_]+-[a-z0-9]+\.[0-9]+"
_ACL_ID = regex(rf"{_ACL_OLD}|{_ACL_NEW}", re.IGNORECASE)
_ACL_PATH = regex(
    rf"/(?:anthology/)?(?:papers/[a-z]/[a-z][0-9]{{2}}/)?({_ACL_OLD}|{_ACL_NEW})"
    r"(?:v[0-9]+)?(?:\.pdf|\.bib)?/?",
    re.IGNORECASE,
)
_TRACKING = regex(
    r"utm_.*|(?:fb|g|d|ms|tw|y)clid|[gw]braid|mc_[ce]id|igsh(?:id)?|ref_(?:src|url)"
    r"|_hs(?:enc|mi)|mkt_tok",
    re.IGNORECASE,
)
# Single letters mean something elsewhere, so they are tracking at these hosts only.
_TRACKING_AT = {
    "twitter.com": frozenset("st"),
    "x.com": frozenset("st"),
    "youtube.com": frozenset(("si", "feature")),
    "youtu.be": frozenset(("si", "feature")),
}
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_ESCAPE = regex("%[0-9a-f]{2}", re.IGNORECASE)


class KeyKind(NamedTuple):
    """A kind of key, `name:id`, with all that differs between kinds.

    `page` reads an address (host, path, query) and `plain` an id that is no URL; both give None
    for what is of another kind. `hosts` are those that are known without `https://` before them
    (an expression). `word` gives for an id the text that stands in every spelling of the paper's
    address, but for case; `address` where it is read, with `{}` for the id.

    `has_property`: a note has a property of this name. `opens_entry`: `name:id` alone on a line of
    a digest is an address. `is_short`: the id stands in a file's name as it is, without a hash,
    and the configured pattern may name it.
    """

    name: str
    page: Callable[[str, str, str], Key | None]
    plain: Callable[[str], Key | None]
    hosts: str
    word: Callable[[str], str]
    address: str
    has_property: bool = False
    opens_entry: bool = False
    is_short: bool = False


def kind_of_key(key: Key) -> KeyKind:
    """Return the kind of a key.

    Raises:
        ValueError: the text is no key.
    """
    for kind in KINDS:
        if key.startswith(f"{kind.name}:"):
            return kind
    raise ValueError(f"{key!r} is no key")


def id_of_key(key: Key) -> str:
    """Return what stands behind the kind."""
    return key.partition(":")[2]


def word_of(key: Key) -> str:
    """Return a text that stands in every spelling of a paper's address, but for case."""
    return kind_of_key(key).word(id_of_key(key))


def address_of(key: Key) -> str:
    """Return an address at which a paper is read, whose key is `key` again."""
    return kind_of_key(key).address.format(id_of_key(key))


def pdf_of(key: Key) -> str:
    """Return the address of a paper's PDF; "" where it does not follow from the key."""
    forms = {
        "arxiv": "https://arxiv.org/pdf/{}",
        "openreview": "https://openreview.net/pdf?id={}",
        "acl": "https://aclanthology.org/{}.pdf",
    }
    return forms.get(kind_of_key(key).name, "").format(id_of_key(key))


@lru_cache(maxsize=512)
def key_of(url: str) -> Key | None:
    """Return the key of an address, with or without `<>` around it; None where there is none.

    Beside http(s) addresses it knows `arxiv:2308.07037`, a bare arXiv id, `doi:10.1/x`, a bare DOI
    and `acl:N19-1423`. Total, and linear in the length. One link of a digest is asked for several
    times while its entry is read, so the last addresses are remembered.
    """
    address = url.strip()
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1].strip()
    found = _ADDRESS.fullmatch(address)
    if found is None and _bare_host().match(address):
        found = _ADDRESS.fullmatch("https://" + address)
    if found is None:
        return next((key for kind in KINDS if (key := kind.plain(address))), None)
    host = _host(found[1])
    if not host:
        return None
    path, query = found[2], found[3] or ""
    for kind in KINDS:
        key = kind.page(host, path, query)
        if key is not None:
            return key
    return None


def respelled(key: str) -> str:
    """Return a key of older rules as these rules spell it; a text that is no key as it is."""
    if not key.startswith(tuple(f"{kind.name}:" for kind in KINDS)):
        return key
    return key_of(address_of(Key(key))) or key


def arxiv_id(key: Key) -> str:
    """Return `2308.07037` or `cs/0703041`; "" for a key that is no arXiv paper."""
    return key.removeprefix("arxiv:") if key.startswith("arxiv:") else ""


def is_paper(key: Key) -> bool:
    """Tell a paper's own id from the address of just any page."""
    return not key.startswith("url:")


def fact_name(key: Key) -> str:
    """Return the name by which a paper's facts are asked for and remembered; "" if by nobody.

    It is the id of a paper on arXiv, and the key of any other.
    """
    return arxiv_id(key) or (key if is_paper(key) else "")


@cache
def _bare_host() -> re.Pattern[str]:
    """Return the beginnings of an address that lacks nothing but its `https://`."""
    hosts = ("www\\.", *(kind.hosts for kind in KINDS if kind.hosts))
    return re.compile("|".join(hosts), re.IGNORECASE)


def _plain_arxiv(address: str) -> Key | None:
    if not _PLAIN_ARXIV.fullmatch(address):
        return None
    return _arxiv(re.sub(r"^arxiv:\s*", "", address, flags=re.IGNORECASE))


def _plain_doi(address: str) -> Key | None:
    doi = address[4:].strip() if address[:4].lower() == "doi:" else address
    return _doi(doi) if _DOI.fullmatch(doi) else None


def _plain_openreview(address: str) -> Key | None:
    found = re.fullmatch(r"openreview:([\w-]+)", address, re.ASCII | re.IGNORECASE)
    return None if found is None else Key("openreview:" + found[1])


def _arxiv(text: str) -> Key | None:
    """Return the key of the id at the start of `text`, without an old one's class (`math.GT/`)."""
    found = _ARXIV.match(text)
    if found is None:
        return None
    archive, slash, number = found[0].lower().rpartition("/")
    return Key(f"arxiv:{archive.partition('.')[0]}{slash}{number}")


def _doi(doi: str) -> Key | None:
    # A DOI does not tell case apart (DOI handbook 2.4); arXiv issues one for each of its papers.
    doi = unquote(doi, errors="surrogateescape").lower().rstrip("/")
    if doi.startswith(_ARXIV_DOI):
        return _arxiv(doi[len(_ARXIV_DOI) :]) or Key("doi:" + _escaped(doi))
    return Key("doi:" + _escaped(doi))


def _arxiv_page(host: str, path: str, _query: str) -> Key | None:
    site = "arxiv.org" if host.endswith(".arxiv.org") and host not in _ARXIV_PATHS else host
    kinds = _ARXIV_PATHS.get(site)
    if kinds is None:
        return None
    kind, _, rest = path.lstrip("/").partition("/")
    return _arxiv(unquote(rest)) if kind.lower() in kinds else None


def _doi_page(host: str, path: str, _query: str) -> Key | None:
    if host in {"doi.org", "dx.doi.org"}:
        doi = path.lstrip("/")
        return _doi(doi) if _DOI.fullmatch(unquote(doi)) else None
    found = _DOI_PATH.fullmatch(path)
    return None if found is None else _doi(found[1])


def _openreview_page(host: str, _path: str, query: str) -> Key | None:
    if host != "openreview.net":
        return None
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "id" and value:
            return Key("openreview:" + _escaped(value))
    return None


def _acl_page(host: str, path: str, _query: str) -> Key | None:
    found = _ACL_PATH.fullmatch(path) if host in _ACL_HOSTS else None
    return None if found is None else _acl(found[1])


def _plain_acl(address: str) -> Key | None:
    lowered = address[:4].lower()
    return _acl(address[4:]) if lowered == "acl:" and _ACL_ID.fullmatch(address, 4) else None


def _acl(name: str) -> Key:
    """Return the key of an Anthology id: old ids are written with a capital, new ones small."""
    return Key("acl:" + (name.lower() if name[0].isdigit() else name.upper()))


def _any_page(host: str, path: str, query: str) -> Key:
    return Key("url:" + _escaped(host + _rest(host, path, query)))


def _host(authority: str) -> str:
    host = authority.lower()
    for port in (":80", ":443"):
        host = host.removesuffix(port)
    return host.removeprefix("www.").rstrip(".")


def _rest(host: str, path: str, query: str) -> str:
    dropped = _TRACKING_AT.get(host, frozenset())
    remaining = []
    for part in query.split("&") if query else ():
        name = part.partition("=")[0]
        if part and name not in dropped and not _TRACKING.fullmatch(name):
            remaining.append(part)
    return path.rstrip("/") + ("?" + "&".join(remaining) if remaining else "")


def _escaped(text: str) -> str:
    """Return `text` as a browser sends it: `한국` and `%ED%95%9C...` are one.

    So any key can be encoded.
    """
    text = _ESCAPE.sub(lambda found: found[0].upper(), text)
    return text if text.isascii() else quote(text, safe=_ASCII, errors="surrogateescape")


def _number(name: str) -> str:
    """Return an old arXiv id without its archive, which may be written with its class."""
    return name.rpartition("/")[2]


def _longest_piece(name: str) -> str:
    """Return the longest stretch that has no escape, which can be spelled in more than one way."""
    pieces = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else " " for c in name)
    return max(pieces.split() or [name], key=len)


KINDS: tuple[KeyKind, ...] = (
    KeyKind(
        "arxiv",
        page=_arxiv_page,
        plain=_plain_arxiv,
        hosts=r"(?:[a-z]+\.)?arxiv\.org/",
        word=_number,
        address="https://arxiv.org/abs/{}",
        has_property=True,
        opens_entry=True,
        is_short=True,
    ),
    KeyKind(
        "doi",
        page=_doi_page,
        plain=_plain_doi,
        hosts=r"(?:dx\.)?doi\.org/",
        word=_longest_piece,
        address="https://doi.org/{}",
        has_property=True,
        opens_entry=True,
    ),
    KeyKind(
        "openreview",
        page=_openreview_page,
        plain=_plain_openreview,
        hosts=r"openreview\.net/",
        word=lambda name: name,
        address="https://openreview.net/forum?id={}",
    ),
    KeyKind(
        "acl",
        page=_acl_page,
        plain=_plain_acl,
        hosts="",
        word=lambda name: name,
        address="https://aclanthology.org/{}",
    ),
    KeyKind(
        "url",
        page=_any_page,
        plain=lambda _: None,
        hosts="",
        word=lambda name: _longest_piece(name.partition("?")[0]),
        address="https://{}",
    ),
)
"""All kinds. The first whose `page` or `plain` reads an address has it; the last has all."""


def is_cut_address(was: str, now: str) -> bool:
    """Return True for what is left of an address: no paper's any more, or of a page none."""
    before, key = key_of(was), key_of(now)
    if before is None:
        return False
    if key is None or (is_paper(before) and not is_paper(key)):
        return True
    return "/" in before and not is_paper(before) and not is_paper(key) and "/" not in key
