"""What is written: one layer of codings (a coder's, everybody's, the consensus), the texts they stand in, the codes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from qualcode.codebook import Codebook, load_codebook
from qualcode.codebook.qdc import Code, code_guid, codes_of
from qualcode.codings.context import NAMESPACE
from qualcode.codings.read import read_codings
from qualcode.errors import CodingsError, Problem, nearest
from qualcode.memos import all_memos
from qualcode.study import Study, refuses, who_was_there
from qualcode.tables import TABLES, read, split

CONSENSUS = "consensus"


@dataclass(frozen=True)
class Layer:
    """The codings of a layer (columns of table `codings`), texts and hashes by transcript, codes in tree order, memos.

    `memos` are table `memos`: everybody's, or those that the layer's coder wrote; the consensus has none.
    """

    title: str
    codings: pd.DataFrame
    texts: dict[str, str]
    sha: dict[str, str]
    codes: list[Code]
    assigned: set[tuple[str, str]]  # (coder, transcript) that were read and done
    version: str = ""
    codebook: str = ""  # its name
    memos: pd.DataFrame = field(default_factory=TABLES["memos"].empty)
    kept_back: tuple[str, ...] = ()  # transcripts of people who forbid that theirs are deposited

    def by_transcript(self) -> dict[str, list[dict[str, Any]]]:
        """The codings of each transcript, as records."""
        groups = self.codings.groupby("transcript", sort=False)
        return {
            str(name): [dict(zip(list(rows.columns), row, strict=True)) for row in rows.itertuples(index=False)]
            for name, rows in groups
        }

    def names(self) -> dict[str, str]:
        """What each code is called for people: its label, where no other code could be meant; else its id."""
        said = [" ".join(code.label.split()).casefold() for code in self.codes]
        ids = {code.id for code in self.codes}
        return {
            code.id: code.label
            if said.count(name) == 1 and (code.label == code.id or code.label not in ids)
            else code.id
            for code, name in zip(self.codes, said, strict=True)
        }


def guid(kind: str, *parts: object) -> str:
    """The same GUID for the same thing, in every export."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join((kind, *map(str, parts)))))


def load_layer(study: Study, layer: str = "", *, team: bool = True) -> Layer:
    """Read a study's codings afresh, and take those of one coder; `consensus`: the agreed ones, as last run.

    Parameters
    ----------
    team
        The layer stays within the team. Without it, transcripts with a participant whose `consent` forbids a deposit are
        `kept_back`, with all codings of them and memos about them.

    Raises
    ------
    CodingsError
        Nobody of that name coded; no consensus has been made yet; there is no transcript.
    """
    if not study.transcript_files:
        raise CodingsError(Problem("data/raw/transcripts", "there is no transcript to export."))
    from qualcode.transcripts import read_transcripts
    from qualcode.transcripts.edits import edits_of_study

    made = read_transcripts(study)
    book = load_codebook(study)
    table = book.table() if book is not None else TABLES["codebook"].empty()
    edits = edits_of_study(study, made.transcripts, made.texts, names_out=made.names_out)
    imported = read_codings(study, made.transcripts, made.turns, made.texts, edits, table)
    sha = dict(zip(made.transcripts["transcript"], made.transcripts["sha256_text"], strict=True))
    codings, memos = imported.codings, all_memos(imported.own_memos, imported.memos)
    if layer == CONSENSUS:
        codings, memos = _consensus(study, sha), memos.iloc[:0]
    elif layer:
        coders = sorted(set(codings["coder"]))
        if layer not in coders:
            raise CodingsError(
                Problem("--layer", f"nobody called '{layer}' coded.", nearest(layer, [*coders, CONSENSUS]))
            )
        codings, memos = codings[codings["coder"] == layer], memos[memos["author"] == layer]
    kept_back: set[str] = set() if team else _not_for_deposit(study, made.transcripts)
    codings = codings[~codings["transcript"].isin(kept_back)]
    memos = memos[~memos["about"].map(lambda cell: _about(str(cell), kept_back)).astype(bool)]
    done = imported.assignments[imported.assignments["done"].astype(str).str.lower().isin(("true", "yes", "1"))]
    return Layer(
        title=str(study.config.study.title or "qualcode"),
        codings=codings.reset_index(drop=True),
        texts={name: text for name, text in made.texts.items() if name not in kept_back},
        sha={str(name): str(value) for name, value in sha.items()},
        codes=_codes(book, codings),
        assigned={pair for pair in zip(done["coder"], done["transcript"], strict=True) if pair[1] not in kept_back},
        version=book.version if book is not None else "",
        codebook=book.name if book is not None else "",
        memos=memos.reset_index(drop=True),
        kept_back=tuple(sorted(kept_back)),
    )


def _not_for_deposit(study: Study, transcripts: pd.DataFrame) -> set[str]:
    """Transcripts in which somebody speaks who forbids a deposit."""
    people = study.participants
    forbid = {
        str(who)
        for who, consent in zip(people["participant"], people["consent"], strict=True)
        if refuses(consent, "deposit")
    }
    sessions = {name for name, present in who_was_there(study.sessions, study.speakers).items() if present & forbid}
    pairs = zip(transcripts["transcript"], transcripts["session"], strict=True)
    return {str(name) for name, session in pairs if session in sessions}


def _about(cell: str, transcripts: set[str]) -> bool:
    return any(one in transcripts or one.rpartition(" ")[0] in transcripts for one in split(cell))


def _consensus(study: Study, sha: dict[str, str]) -> pd.DataFrame:
    path = study.processed / "consensus.parquet"
    if not path.is_file():
        raise CodingsError(Problem(study.shown(path), "the consensus has not been made yet.", "Run `qualcode run`."))
    rows = read("consensus", path).assign(coder=CONSENSUS, origin="human", anchored="as_given")
    rows["code_as_coded"] = rows["code"]
    rows["sha256_text"] = rows["transcript"].map(sha).fillna("")
    return TABLES["codings"].shape(rows)


def _codes(book: Codebook | None, codings: pd.DataFrame) -> list[Code]:
    codes = codes_of(book) if book is not None else []
    name = book.name if book is not None else ""
    known = {code.id for code in codes}
    others = sorted(set(codings["code"]) - known)
    return codes + [Code(code, code, code_guid(name, code)) for code in others]
