"""Keys from every spelling of an address: what an entry is about, and both sides share.

Rules (docs/format.md): an arXiv paper is its id without a version, however it is addressed; a DOI
is lower case; an OpenReview paper is its forum id; a paper of the ACL Anthology is its id there
(`N19-1423`, `2020.acl-main.1`), however the Anthology spells its pages; anything else is its URL
without scheme, `www.`, fragment, tracking parameters and trailing slash. Two spellings of one paper
give one key. Where it is not certain that two addresses are one, they stay two: a paper met twice
is a nuisance, two papers taken for one would mix what was written of them.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from vault_sync.core.model.values import Key

_MONTH = "(?:0[1-9]|1[0-2])"
# Four digits from April 2007, five since 2015 (arXiv's identifier scheme).
_ARXIV_NEW = rf"(?:(?:0[7-9]|1[0-4]){_MONTH}\.[0-9]{{4}}|(?:1[5-9]|[2-9][0-9]){_MONTH}\.[0-9]{{5}})"
_ARXIV_OLD = rf"[a-z][a-z-]*(?:\.[a-z]{{2}})?/[0-9]{{2}}{_MONTH}[0-9]{{3}}"
_ARXIV = re.compile(rf"(?:{_ARXIV_NEW}|{_ARXIV_OLD})(?=v[0-9]|\.pdf|/|$)", re.IGNORECASE)
_PLAIN_ARXIV = re.compile(
    rf"(?:arxiv:\s*)?(?:{_ARXIV_NEW}|{_ARXIV_OLD})(?:v[0-9]+)?",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_ARXIV_DOI = "10.48550/arxiv."
_DOI_PATH = re.compile(r"/doi/(?:[a-z]+/)?(10\.[0-9]{4,9}/.+)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?|ftp)://([^/?#\s]+)([^?#\s]*)(?:\?([^#\s]*))?(?:#\S*)?", re.IGNORECASE
)
_BARE_HOST = re.compile(
    r"(?:www\.|(?:[a-z]+\.)?arxiv\.org/|(?:dx\.)?doi\.org/|openreview\.net/)", re.IGNORECASE
)

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
_ACL_ID = re.compile(rf"{_ACL_OLD}|{_ACL_NEW}", re.IGNORECASE)
_ACL_PATH = re.compile(
    rf"/(?:anthology/)?(?:papers/[a-z]/[a-z][0-9]{{2}}/)?({_ACL_OLD}|{_ACL_NEW})"
    r"(?:v[0-9]+)?(?:\.pdf|\.bib)?/?",
    re.IGNORECASE,
)
_TRACKING = re.compile(
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
_ESCAPE = re.compile("%[0-9a-f]{2}", re.IGNORECASE)


def key_of(url: str) -> Key | None:
    """The key of an address, with or without `<>` around it; None where there is no address.

    Beside http(s) addresses it knows `arxiv:2308.07037`, a bare arXiv id, `doi:10.1/x`, a bare DOI
    and `acl:N19-1423`. Total, and linear in the length.
    """
    address = url.strip()
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1].strip()
    found = _ADDRESS.fullmatch(address)
    if found is None and _BARE_HOST.match(address):
        found = _ADDRESS.fullmatch("https://" + address)
    if found is None:
        return _plain(address)
    host = _host(found[1])
    if not host:
        return None
    path, query = found[2], found[3] or ""
    return (
        _arxiv_page(host, path)
        or _doi_page(host, path)
        or _openreview_page(host, query)
        or _acl_page(host, path)
        or Key("url:" + _escaped(host + _rest(host, path, query)))
    )


def arxiv_id(key: Key) -> str:
    """`2308.07037` or `cs/0703041`; "" for a key that is no arXiv paper."""
    return key.removeprefix("arxiv:") if key.startswith("arxiv:") else ""


def _plain(address: str) -> Key | None:
    """An id that is no URL."""
    if _PLAIN_ARXIV.fullmatch(address):
        return _arxiv(re.sub(r"^arxiv:\s*", "", address, flags=re.IGNORECASE))
    lowered = address[:12].lower()
    if lowered.startswith("doi:"):
        address = address[4:].strip()
    elif lowered.startswith("openreview:") and re.fullmatch(r"[\w-]+", address[11:], re.ASCII):
        return Key("openreview:" + address[11:])
    elif lowered.startswith("acl:") and _ACL_ID.fullmatch(address, 4):
        return _acl(address[4:])
    return _doi(address) if _DOI.fullmatch(address) else None


def _arxiv(text: str) -> Key | None:
    """The key of the id at the start of `text`; the class of an old one (`math.GT/...`) goes."""
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


def _arxiv_page(host: str, path: str) -> Key | None:
    known = "arxiv.org" if host.endswith(".arxiv.org") and host not in _ARXIV_PATHS else host
    kinds = _ARXIV_PATHS.get(known)
    if kinds is None:
        return None
    kind, _, rest = path.lstrip("/").partition("/")
    return _arxiv(unquote(rest)) if kind.lower() in kinds else None


def _doi_page(host: str, path: str) -> Key | None:
    if host in {"doi.org", "dx.doi.org"}:
        doi = path.lstrip("/")
        return _doi(doi) if _DOI.fullmatch(unquote(doi)) else None
    found = _DOI_PATH.fullmatch(path)
    return None if found is None else _doi(found[1])


def _openreview_page(host: str, query: str) -> Key | None:
    if host != "openreview.net":
        return None
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "id" and value:
            return Key("openreview:" + _escaped(value))
    return None


def _acl_page(host: str, path: str) -> Key | None:
    found = _ACL_PATH.fullmatch(path) if host in _ACL_HOSTS else None
    return None if found is None else _acl(found[1])


def _acl(name: str) -> Key:
    """Return the key of an Anthology id: old ids are written with a capital, new ones small."""
    return Key("acl:" + (name.lower() if name[0].isdigit() else name.upper()))


def _host(authority: str) -> str:
    host = authority.lower()
    for port in (":80", ":443"):
        host = host.removesuffix(port)
    return host.removeprefix("www.").rstrip(".")


def _rest(host: str, path: str, query: str) -> str:
    dropped = _TRACKING_AT.get(host, frozenset())
    kept = []
    for part in query.split("&") if query else ():
        name = part.partition("=")[0]
        if part and name not in dropped and not _TRACKING.fullmatch(name):
            kept.append(part)
    return path.rstrip("/") + ("?" + "&".join(kept) if kept else "")


def _escaped(text: str) -> str:
    """As a browser sends it: `한국` and `%ED%95%9C...` are one, and any key can be encoded."""
    if "%" in text:
        text = _ESCAPE.sub(lambda found: found[0].upper(), text)
    return text if text.isascii() else quote(text, safe=_ASCII, errors="surrogateescape")
