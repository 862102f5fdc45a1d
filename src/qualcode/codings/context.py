"""What codings are checked against: the study's transcripts, codebook and coders, ready to be looked up."""

from __future__ import annotations

import hashlib
import unicodedata
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import accumulate, chain
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qualcode.codebook.model import plain, split_texts
from qualcode.codebook.qdc import code_guid, former_guid
from qualcode.codings.anchor import TextIndex, folded_text
from qualcode.codings.carry import Carried, Carrier, carrier_of
from qualcode.codings.gone import whole_conversations
from qualcode.codings.match import hashes_of
from qualcode.codings.passages import Passages
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.transcripts.way import Mapped, map_span
from qualcode.transcripts.withdrawn import what_is_gone

if TYPE_CHECKING:
    from qualcode.codings.align import Alignments

NAMESPACE = uuid.UUID("6f1c1c1e-5d0b-5e0c-9d6a-0d7e1b6f2a11")
_OF_NAMESPACE = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)
_VARIANT = {f"{digit:x}": f"{8 | digit & 3:x}" for digit in range(16)}  # RFC 9562, 4.1


def memo_guid(memo: str) -> str:
    """The GUID that a memo has in the projects that qualcode writes."""
    return uuid5(f"memo of the study\x1f{memo}")


def uuid5(name: str) -> str:
    """`str(uuid.uuid5(NAMESPACE, name))`, made some five times faster."""
    sha = _OF_NAMESPACE.copy()
    sha.update(name.encode("utf-8"))
    made = sha.hexdigest()
    return f"{made[:8]}-{made[8:12]}-5{made[13:16]}-{_VARIANT[made[16]]}{made[17:20]}-{made[20:32]}"


class Context:
    """The study's transcripts, codebook and coders, ready to be looked up."""

    def __init__(
        self,
        study: Study,
        transcripts: pd.DataFrame,
        turns: pd.DataFrame,
        texts: Mapping[str, str],
        edits: pd.DataFrame,
        codebook_table: pd.DataFrame,
    ) -> None:
        self._study = study
        self.gone = what_is_gone(study)
        self.coders = [coder.id for coder in study.config.coders]
        stated = dict(zip(transcripts["transcript"], transcripts["sha256_text"], strict=True))
        self.present = {name: stated.get(name) or sha256(text) for name, text in texts.items()}
        # where somebody's turns were taken out codings are placed in the whole conversation, and carried from there (`back`)
        self.whole, edits = whole_conversations(study, texts, self.present, edits)
        self.texts = {
            name: TextIndex(self.whole[name].text if name in self.whole else text) for name, text in texts.items()
        }
        self.sha = {name: self.whole[name].sha if name in self.whole else sha for name, sha in self.present.items()}
        self._file_names = self._by_file_name(transcripts)
        self._loose = _unique((name.casefold(), name) for name in self.texts)
        self._hashes = _unique(self._known_hashes(transcripts, edits))
        self._turns = {
            str(name): (list(part["start"]), list(part["turn"]))
            for name, part in turns.sort_values("start").groupby("transcript", sort=False)
        }
        self.passages = Passages(study, self.sha, {name: index.text for name, index in self.texts.items()}, edits)
        self.codebook = codebook_table
        self.version = str(codebook_table["version"].iloc[0]) if len(codebook_table) else ""
        self.codebook_name = str(codebook_table["name"].iloc[0]) if len(codebook_table) else ""
        self.codes = list(codebook_table["code"])
        self._codes = {code: code for code in self.codes}
        self._paths = _unique(zip(codebook_table["path"], self.codes, strict=True))
        self._labels = _unique(zip((plain(str(x)) for x in codebook_table["label"]), self.codes, strict=True))
        aliases = zip(self.codes, codebook_table["aliases"], strict=True)
        self._aliases = _unique((plain(name), code) for code, cell in aliases for name in split_texts(str(cell)))

    def _by_file_name(self, transcripts: pd.DataFrame) -> dict[str, str]:
        pairs = []
        if "file" in transcripts:
            for name, files in zip(transcripts["transcript"], transcripts["file"], strict=True):
                for file in str(files).split(";"):
                    base = Path(file.strip()).name
                    if base and name in self.texts:
                        pairs += [(base.casefold(), name), (Path(base).stem.casefold(), name)]
        return _unique(pairs)

    def transcript(self, document: str) -> str:
        """The transcript that a file calls `document`: by id, else by the raw file's name; "" for none."""
        document = unicodedata.normalize("NFC", document)
        if document in self.texts:
            return document
        plain = document.replace("\\", "/").rpartition("/")[2].casefold()
        return self._loose.get(plain) or self._file_names.get(plain) or ""

    def _known_hashes(self, transcripts: pd.DataFrame, edits: pd.DataFrame) -> list[tuple[str, str]]:
        """Hashes of present texts, earlier texts and raw files, each with its transcript."""
        known = [(sha, name) for name, sha in self.sha.items()]
        if "sha256_raw" in transcripts:
            known += list(zip(transcripts["sha256_raw"], transcripts["transcript"], strict=True))
        if len(edits):
            known += list(zip(edits["sha256_from"], edits["transcript"], strict=True))
        return [(str(sha), str(name)) for sha, name in known if sha and name in self.texts]

    def by_hash(self, text: str, sha_raw: str = "") -> str:
        """The one transcript that has, or had, this text, or was made from a file of this hash; "" for none."""
        if text.strip():
            for name in self._lengths.get(len(text), ()):
                if self.texts[name].text == text and self._hashes.get(self.sha[name]) == name:
                    return name
        for sha in chain(hashes_of(text) if text.strip() else (), [sha_raw]):
            if sha in self._hashes:
                return self._hashes[sha]
        return ""

    @cached_property
    def _lengths(self) -> dict[int, list[str]]:
        """The transcripts whose text is that long."""
        found: dict[int, list[str]] = {}
        for name, index in self.texts.items():
            found.setdefault(len(index.text), []).append(name)
        return found

    def code(self, name: str, path: str = "", guid: str = "") -> str:
        """The code in use that a file calls `name`: by id, by its path of labels, by a label that only one code has, by alias.

        `path` is where the code stands in the tool's own tree, `guid` the tool's id (ours, where qualcode wrote the file).
        """
        name = unicodedata.normalize("NFC", name)
        if not self.codes:
            return name
        by_guid = self._guids.get(guid, "") if guid else ""
        by_path = self._paths.get(unicodedata.normalize("NFC", path), "") if path else ""
        by_guid = by_guid if by_guid in self._codes else ""
        by_name = self._labels.get(plain(name)) or self._aliases.get(plain(name)) or ""
        return by_guid or self._codes.get(name) or self._paths.get(name) or by_path or by_name

    def knows(self, name: str) -> bool:
        """Whether something is the name of a code, in the version in use or in an earlier one."""
        return bool(self.code(name)) or (self.carrier is not None and self.carrier.find(name, self.version) is not None)

    def below(self, entry: str, name: str) -> str:
        """The code of that id or label below an entry of the codebook (its id, path or label); "" for none."""
        found = _unique((plain(label), code) for code, label in self._below(entry))
        ids = {code for code, _ in self._below(entry)}
        return name if name in ids else found.get(plain(name), "")

    def labels_below(self, entry: str) -> list[str]:
        """Labels of the codes below an entry, in the order of the codebook."""
        return [label for _, label in self._below(entry)]

    def _below(self, entry: str) -> list[tuple[str, str]]:
        code = self.code(entry)
        paths = dict(zip(self.codes, self.codebook["path"], strict=True))
        if code not in paths:
            return []
        inside = f"{paths[code]} > "
        labels = zip(self.codes, self.codebook["label"], strict=True)
        return [(str(one), str(label)) for one, label in labels if str(paths[one]).startswith(inside)]

    @cached_property
    def _guids(self) -> dict[str, str]:
        ever = self.codes if self.carrier is None else [c for book in self.carrier.history.versions for c in book.codes]
        names = {former_guid(code): code for code in ever}
        return names | {code_guid(self.codebook_name, code): code for code in ever}

    @cached_property
    def carrier(self) -> Carrier | None:
        """What carries codes from earlier versions of the codebook; None where there are no versions."""
        return carrier_of(self._study, self.version)

    def carried(self, name: str, version: str, coding: str, *, path: str = "", guid: str = "") -> Carried | None:
        """What the code that a coding made under `version` calls `name` is now; None where nobody knows it.

        `path` and `guid` as in `code`; both may be of an earlier version.
        """
        if self.carrier is not None:
            ours = self._guids.get(guid, "") if guid else ""
            return self.carrier.carry(ours or name, version, coding, "" if ours else path)
        code = self.code(name, path, guid)
        return Carried(code) if code else None

    @cached_property
    def alignments(self) -> Alignments:
        """What was decided on codes of coders' own."""
        from qualcode.codings.align import Alignments
        from qualcode.decisions.table import read_decisions

        return Alignments(read_decisions(self._study), self)

    @cached_property
    def _all_texts(self) -> tuple[str, list[int], list[str]]:
        texts = [index.caseless.text for index in self.texts.values()]
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        return "\x00".join(texts), starts, list(self.texts)

    def who_says(self, quote: str) -> str:
        """The first transcript that holds the words, whatever their case; "" for none."""
        words = folded_text(unicodedata.normalize("NFC", quote)).casefold()
        everything, starts, names = self._all_texts
        at = everything.find(words)
        return names[bisect_right(starts, at) - 1] if at >= 0 else ""

    def place(self, transcript: str, start: int, end: int) -> str:
        """Where something stands, for messages: offsets, and the turn they begin in."""
        starts, turns = self._turns.get(transcript, ([], []))
        at = bisect_right(starts, start) - 1
        return f"characters {start}–{end}" + (f" (turn {turns[at]})" if at >= 0 else "")

    def length(self, transcript: str) -> int:
        """Characters of the present text."""
        text = self.texts[transcript].text
        taken = self.whole[transcript].edits if transcript in self.whole else []
        return len(text) - sum(edit.end_from - edit.start_from for edit in taken)

    def back(self, transcript: str, start: int, end: int) -> Mapped | None:
        """A span where codings are placed, in the present text; None where only people who withdrew speak in it."""
        if transcript not in self.whole:
            return Mapped(start, end, False)
        return map_span(self.whole[transcript].edits, start, end)


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names that mean one thing only."""
    found: dict[str, set[str]] = {}
    for name, meant in pairs:
        found.setdefault(name, set()).add(meant)
    return {name: next(iter(meant)) for name, meant in found.items() if len(meant) == 1}
