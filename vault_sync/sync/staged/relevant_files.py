"""The files of git's index that judging some changes takes, found without reading all of it.

The rule is that of `sync/incremental`: a paper is concerned if a file says other words of it, and
if what a file about it names is another thing now. There an index tells who names something; here
git looks through all texts for it, which takes longer than all else: few and large questions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable

from vault_sync.core.model.values import Key, RelPath, is_markdown
from vault_sync.core.naming.keys import word_of
from vault_sync.core.naming.note_names import bare_name
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.text.folding import fold_title
from vault_sync.core.text.regex import regex
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import StagedChange
from vault_sync.sync.staged import statements
from vault_sync.sync.staged.staged_texts import StagedTexts
from vault_sync.sync.staged.statements import MISSING, OTHER, Statement, points

_HEAD = 20_000
"""Characters in which the title of a file is looked for."""

_WORD = regex(r"\w+")


class RelevantFiles:
    """The papers that changes concern; the texts of the files about them are read then.

    `keys` are the papers of which something is another thing now, `named` those that they name:
    their lists may change. `notes` are changed files that are the notes of papers in HEAD.
    """

    def __init__(self, index: StagedTexts, names: LinkResolver) -> None:
        self.names = names
        self._index = index
        self.keys: set[Key] = set()
        self.notes: dict[RelPath, Key] = {}
        self.named: set[Key] = set()
        self._reworded: set[Key] = set()
        self._former: list[Statement] = []
        self._points: set[str] = set()
        self._stems: set[str] = set()
        self._sought: set[str] = set()

    def find(self, changed: Iterable[StagedChange]) -> None:
        """Find the papers to judge, and read what they need, if HEAD is in line."""
        self._compare(changed)
        self._close(self._noteless)

    def complete(self, made: Iterable[RelPath]) -> bool:
        """Read all that there is about the papers to judge, wherever it is; False if it was read.

        `made` are the notes that are to be made: others may name them. What a digest links to is
        read as well: it is written as a whole, and only a note tells whether a link is an entry's
        own.
        """
        before = self._size()
        noteless = self._noteless()
        self._points |= noteless
        for path in made:
            self._rename(path)
        self._close(lambda: self.judged)
        titles = {each.title for _, each in self._index.statements(noteless)}
        folded = {fold_title(title) for title in titles if title}
        longest = {max(_WORD.findall(title), key=len) for title in titles if _WORD.search(title)}
        self._index.look_for(
            longest, lambda text: any(title in fold_title(text[:_HEAD]) for title in folded)
        )
        self._follow(None)
        return self._size() != before

    @property
    def judged(self) -> frozenset[Key]:
        """The papers to judge."""
        return frozenset(self.keys | self.named)

    def _close(self, sought: Callable[[], Iterable[Key]]) -> None:
        """Read and take what there is to take, until there is nothing more."""
        while True:
            before = self._size()
            self._follow(self.judged)
            self._search(sought())
            self._join()
            if self._size() == before:
                return

    def _size(self) -> tuple[int, ...]:
        return len(self._index.texts), len(self.keys), len(self.named), len(self._points)

    def _compare(self, changed: Iterable[StagedChange]) -> None:
        """Take the papers of which changed files say other words, and what is another thing now."""
        touched = [
            (path, change)
            for change in changed
            if (path := self._index.place.in_vault(change.path)) is not None and is_markdown(path)
        ]
        old = git.blobs(self._index.repository, (change.old for _, change in touched if change.old))
        self._index.load(path for path, _ in touched)
        for path, change in touched:
            was = MISSING if not change.old else OTHER
            if change.old and path.endswith(".md"):
                was = statements.read(path, old[change.old], self._index.rules)
            if was.kind == "note" and was.statements:
                self.notes[path] = was.statements[0].key
            now = self._index.read.get(path, OTHER if change.new else MISSING)
            self._reworded |= {key for key, _ in was.words.items() ^ now.words.items()}
            self._former += was.statements
            if was.role != now.role:
                self._points |= was.noted | now.noted
                self._rename(path)
        self.keys |= self._reworded

    def _rename(self, path: RelPath) -> None:
        """Note that a link by a file's name may lead elsewhere, or to another thing.

        The other files of that name are read: it may have led to one of them.
        """
        self._points.add(f"[[{bare_name(path)}")
        self._index.load(self.names.called(bare_name(path)))
        self._stems.add(path.rpartition("/")[2][: -len(".md")])

    def _named_by(self, statement: Statement) -> set[Key]:
        """Return the papers that a statement names by their addresses, or by links to notes."""
        keys: set[Key] = set()
        paths: list[RelPath] = []
        for point in statement.points:
            if point.startswith("[["):
                paths += self.names.called(point[2:])
            else:
                keys.add(Key(point))
        self._index.load(paths)
        read = [self._index.read[path] for path in paths if path in self._index.read]
        return keys.union(*(each.noted for each in read))

    def _follow(self, keys: Collection[Key] | None) -> None:
        """Read the other sides of these papers (None: of all that were read)."""
        self._index.load(
            self.names.resolve(target, path)
            for path, each in self._index.statements(keys)
            for target in each.targets
        )

    def _join(self) -> None:
        """Take the papers that name what is another thing now, and those that these name or named.

        Of a paper with other notes than before, each may be its note now, or be so no longer.
        """
        for path, each in self._index.statements():
            if each.key in self._points and self._index.read[path].kind != "digest":
                self._rename(path)
        found = [each for _, each in self._index.statements()]
        self.keys |= {each.key for each in found if not each.points.isdisjoint(self._points)}
        for each in (*found, *self._former):
            if each.key in self._reworded:
                self.named |= self._named_by(each)

    def _noteless(self) -> set[Key]:
        """Return the papers to judge of which no note was read."""
        return {*self.judged}.difference(*(read.noted for read in self._index.read.values()))

    def _search(self, keys: Iterable[Key]) -> None:
        """Look through the index for papers, and for what names papers and names of files."""
        words = {word_of(key) for key in keys}
        words |= {word_of(Key(point)) for point in self._points if not point.startswith("[[")}
        forms = {
            unicodedata.normalize(form, stem) for stem in self._stems for form in ("NFC", "NFD")
        }
        folded = [word.lower() for word in words]

        def is_wanted(text: str) -> bool:
            lowered = text.lower()
            names = points([text])
            return any(word in lowered for word in folded) or not names.isdisjoint(self._points)

        new = (words | forms) - self._sought
        self._sought |= new
        self._index.look_for(new, is_wanted)
