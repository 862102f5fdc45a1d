"""People who withdrew: which transcripts are left out, and a conversation without somebody's turns.

From the day that a participant's cell `withdrawn` is filled in nothing of theirs is read: not the transcripts of sessions that
were theirs alone (the interviewer's words there neither), and in a conversation with others not their turns. Raw files stay where
they are until somebody deletes them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qualcode.errors import Problems
from qualcode.study import Study
from qualcode.transcripts.canonical import Placed
from qualcode.transcripts.compare import Edit
from qualcode.transcripts.kept import kept_index
from qualcode.transcripts.sources import Source, sources_of


@dataclass(frozen=True)
class Gone:
    """What of a study is not read any more.

    `people` withdrew; `sessions` were theirs alone; `transcripts` are left out (those of withdrawn sessions too), with their
    `sources` where the files still are. `documents` is what other files may call them, in lower case; `hashes` are those of texts
    that were read before.
    """

    people: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    transcripts: frozenset[str] = frozenset()
    sources: tuple[Source, ...] = ()
    documents: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()

    @property
    def files(self) -> frozenset[Path]:
        return frozenset(source.path for source in self.sources)

    def holds(self, document: str) -> bool:
        """Whether a document, as another file calls it, is one that is left out."""
        name = unicodedata.normalize("NFC", document).replace("\\", "/").rpartition("/")[2].casefold()
        return name in self.documents or name.rpartition(".")[0] in self.documents

    def mentions(self, ids: Collection[str]) -> bool:
        """Whether something about these ids (`S11`, `P11`, `S11 120-300`) is about what is left out, or about who withdrew."""
        return any(
            one in self.people
            or one in self.sessions
            or one in self.transcripts
            or one.rpartition(" ")[0] in self.transcripts
            for one in ids
        )


def what_is_gone(study: Study) -> Gone:
    """What is left out of a study; looked up once for a loaded study."""
    known = vars(study).get("_gone")
    if known is None:
        known = vars(study)["_gone"] = _what_is_gone(study)
    return known


def _what_is_gone(study: Study) -> Gone:
    left: list[Source] = []
    read = sources_of(study, Problems(), [], left_out=left)
    if not left and not study.withdrawn:
        return Gone()
    transcripts = {source.transcript for source in left} | (
        study.withdrawn_sessions - {source.session_id for source in read} - {source.transcript for source in read}
    )
    kept = {source.path.name.casefold() for source in read} | {source.path.stem.casefold() for source in read}
    names = {name.casefold() for source in left for name in (source.transcript, source.path.name, source.path.stem)}
    names |= {name.casefold() for name in transcripts}
    index = kept_index(study)
    hashes = index[index["transcript"].isin(transcripts)]["sha256_text"] if len(index) else ()
    return Gone(
        study.withdrawn,
        study.withdrawn_sessions,
        frozenset(transcripts),
        tuple(left),
        frozenset(names - kept),
        frozenset(map(str, hashes)),
    )


def without_turns(text: str, placed: Sequence[Placed], gone: Sequence[bool]) -> tuple[str, list[Placed], list[Edit]]:
    """A canonical text without some of its turns, the turns that stay, and exactly what was taken out.

    A turn goes with its label and the empty line before it (the first one that stays begins the text). `edits` lead from `text` to
    the new one: a span in the turns that stay covers the same characters, one in turns that went is nowhere.
    """
    begins = [0, *(turn.end + 2 for turn in placed[:-1])]  # an empty line parts two turns
    parts: list[str] = []
    kept: list[Placed] = []
    edits: list[Edit] = []
    length = 0
    cut: int | None = None
    for begin, turn, out in zip(begins, placed, gone, strict=True):
        if out:
            cut = (begin if not kept else begin - 2) if cut is None else cut
            continue
        start = begin - 2 if kept else begin
        if cut is not None:
            edits.append(Edit(cut, start, length, length))
            cut = None
        parts.append(text[start : turn.end])
        moved = length - start
        kept.append(replace(turn, start=turn.start + moved, end=turn.end + moved))
        length += turn.end - start
    if cut is not None:
        edits.append(Edit(cut, len(text), length, length))
    return "".join(parts), kept, edits
