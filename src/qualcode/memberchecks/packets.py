"""A packet for each participant: the themes in plain words, their own words beside them, room to answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from qualcode.config import Config
from qualcode.errors import QualcodeError, nearest
from qualcode.files import newest_date
from qualcode.hierarchy import Hierarchy
from qualcode.memberchecks.document import save_packet
from qualcode.mentions import find_mentions
from qualcode.people import People, people_of_study
from qualcode.study import Study
from qualcode.tables import read, split
from qualcode.words import count_words, covers_a_word, word_spans

_NO = {"no", "n", "false", "0", "refused", "withdrawn"}


@dataclass
class Quote:
    """A participant's own words, and the session they were said in."""

    text: str
    session: str


@dataclass
class Shown:
    """A theme as a packet shows it."""

    code: str
    label: str
    definition: str
    subthemes: list[tuple[str, str]]  # label, definition
    quotes: list[Quote] = field(default_factory=list)


@dataclass
class Packet:
    """All that one participant's packet says."""

    participant: str
    round: str
    title: str
    notice: str
    heading: str
    letter: str
    codebook_version: str
    themes: list[Shown]
    sent: str = ""
    day: str = ""

    @property
    def facts(self) -> dict[str, str]:
        themes = ",".join(theme.code for theme in self.themes)
        parts = ["qualcode:membercheck", self.title, self.round, self.participant, self.codebook_version, themes]
        return {
            "pack": str(uuid5(NAMESPACE_URL, "|".join(parts))),
            "round": self.round,
            "participant": self.participant,
            "codebook_version": self.codebook_version,
            "themes": themes,
            "sent": self.sent,
            "study": self.title,
        }


def write_packets(
    study: Study, folder: Path, *, participants: Sequence[str] = (), round_: str = "1", sent: str = ""
) -> tuple[list[Path], dict[str, str]]:
    """Write a packet for each participant, or for those named.

    Returns
    -------
    The files written, and who got none with the reason.

    Raises
    ------
    QualcodeError
        The findings have not been made yet; a participant named is not in the study, withdrew or did not consent.
    """
    needed = {
        "themes": study.reports / "tables" / "themes.csv",
        "codebook": study.processed / "codebook.parquet",
        "consensus": study.processed / "consensus.parquet",
        "turns": study.processed / "turns.parquet",
        "transcripts": study.processed / "transcripts.parquet",
    }
    missing = [study.shown(path) for path in needed.values() if not path.is_file()]
    if missing:
        hint = "Make the findings with `qualcode run`, then the packets."
        raise QualcodeError(f"there are no findings to show yet ({', '.join(missing)}).", hint=hint)
    from qualcode.transcripts.kept import read_texts

    people = people_of_study(study, read("transcripts", needed["transcripts"]))
    left_out = _left_out(study, people)
    for person in participants:
        if person in left_out:
            raise QualcodeError(f"participant '{person}' gets no packet: {left_out[person]}.")
        if person not in people.ids:
            raise QualcodeError(f"there is no participant '{person}'.", hint=nearest(person, people.ids))
    transcripts = read("transcripts", needed["transcripts"])
    packets = make_packets(
        read("report_themes", needed["themes"]),
        read("consensus", needed["consensus"]),
        read("codebook", needed["codebook"]),
        read("turns", needed["turns"]),
        read_texts(study.processed / "texts"),
        people,
        study.config,
        sessions=dict(zip(transcripts["transcript"], transcripts["session"], strict=True)),
        participants=[person for person in participants or people.ids if person not in left_out],
        round_=round_,
        sent=sent,
        day=newest_date(study.sessions[~study.sessions["session"].isin(study.withdrawn_sessions)]["date"], sent),
    )
    written = []
    for packet in packets:
        if not packet.themes:
            left_out[packet.participant] = "there is no theme to show yet"
            continue
        name = re.sub(r"[^\w.-]+", "_", packet.participant)
        path = folder / f"membercheck_{name}_round{round_}.docx"
        save_packet(path, packet)
        written.append(path)
    return written, left_out


def make_packets(
    themes: pd.DataFrame,
    consensus: pd.DataFrame,
    codebook: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    people: People,
    config: Config,
    *,
    participants: Sequence[str],
    sessions: Mapping[str, str] | None = None,
    round_: str = "1",
    sent: str = "",
    day: str = "",
) -> list[Packet]:
    """What each participant's packet says.

    Parameters
    ----------
    themes
        Table report_themes: themes and subthemes that have mentions are shown.
    consensus, codebook, turns, texts, people
        The layer that own quotes are taken from, and whose words are whose: a quote holds one participant's turns only.
    config
        Letter, heading, which themes and how many quotes (`memberchecks`), their length (`themes`), title and notice.
    sessions
        The session of each transcript, as named beside a quote.
    """
    tree = Hierarchy(codebook)
    mentions = find_mentions(consensus, turns, texts, people)
    found = themes[themes["mentions"] > 0].to_dict("records")
    version = str(codebook["version"].iloc[0]) if len(codebook) else ""
    packets = []
    for person in participants:
        own = mentions[[person in split(cell) for cell in mentions["participants"]]]
        pieces = _pieces(own, turns[turns["participant"] == person], texts)
        shown = []
        used: list[_Piece] = []
        for line in found:
            if line["depth"] != 0:
                continue
            below = set(tree.below(line["code"])) if line["code"] in tree.entries else {line["code"]}
            if config.memberchecks.themes == "own" and not own["code"].isin(below).any():
                continue
            chosen = _choose([piece for piece in pieces if piece.code in below], config, used)
            shown.append(
                Shown(
                    line["code"],
                    line["label"],
                    line["definition"],
                    [
                        (sub["label"], sub["definition"])
                        for sub in found
                        if sub["depth"] == 1 and tree.parent(sub["code"]) == line["code"]
                    ],
                    [Quote(piece.text, (sessions or {}).get(piece.transcript) or piece.transcript) for piece in chosen],
                )
            )
        packets.append(
            Packet(
                person,
                round_,
                config.study.title,
                config.study.notice,
                config.memberchecks.heading,
                config.memberchecks.letter,
                version,
                shown,
                sent,
                day,
            )
        )
    return packets


def _left_out(study: Study, people: People) -> dict[str, str]:
    """Who gets no packet, and why."""
    table = study.participants
    asked = any(str(value).strip() for value in table["consent"])
    out = {}
    for person, consent in zip(table["participant"], table["consent"], strict=True):
        if person in people.withdrawn:
            out[str(person)] = "withdrew"
        elif str(consent).strip().casefold() in _NO:
            out[str(person)] = "did not consent"
        elif asked and not str(consent).strip():
            out[str(person)] = "consent is not recorded"
        elif person not in people.ids:
            out[str(person)] = "no session of theirs has been read"
    return out


@dataclass(frozen=True)
class _Piece:
    """A stretch of one participant's own words that carries a code."""

    transcript: str
    start: int
    end: int
    code: str
    text: str

    def overlaps(self, other: _Piece) -> bool:
        return self.transcript == other.transcript and self.start < other.end and other.start < self.end


def _pieces(own: pd.DataFrame, turns: pd.DataFrame, texts: Mapping[str, str]) -> list[_Piece]:
    """Of each mention the longest stretch that this participant alone said, in order."""
    spoken: dict[str, list[tuple[int, int]]] = {}
    for transcript, start, end in zip(turns["transcript"], turns["start"], turns["end"], strict=True):
        spoken.setdefault(transcript, []).append((int(start), int(end)))
    found = []
    spans = own[own["scope"] != "transcript"]
    for transcript, start, end, code in zip(
        *(spans[name] for name in ("transcript", "start", "end", "code")), strict=True
    ):
        text = texts[transcript]
        inside = [(max(int(start), first), min(int(end), last)) for first, last in spoken.get(transcript, [])]
        whole = [
            (low, high) for low, high in inside if low < high and covers_a_word(word_spans(text, low, high), low, high)
        ]
        if whole:
            low, high = max(whole, key=lambda span: (span[1] - span[0], -span[0]))
            found.append(_Piece(transcript, low, high, code, text[low:high].strip()))
    return sorted(found, key=lambda piece: (piece.transcript, piece.start, piece.code))


def _choose(pieces: list[_Piece], config: Config, used: list[_Piece]) -> list[_Piece]:
    """The quotes for a theme: of readable length, not shown before, from as many subthemes and sessions as there is room."""
    low, high = config.themes.quote_words_min, config.themes.quote_words_max
    chosen: list[_Piece] = []
    left = list(pieces)

    def rank(piece: _Piece) -> tuple[bool, bool, bool, int, int, str, int, str]:
        words = count_words(piece.text)
        seen = any(piece.overlaps(other) for other in used)
        same_code = sum(other.code == piece.code for other in chosen)
        same_session = sum(other.transcript == piece.transcript for other in chosen)
        readable = low <= words <= high
        return seen, not readable, words > high, same_code, same_session, piece.transcript, piece.start, piece.code

    while left and len(chosen) < config.memberchecks.quotes:
        best = min(left, key=rank)
        left = [piece for piece in left if not piece.overlaps(best)]
        chosen.append(best)
    used += chosen
    return [_shortened(piece, high) for piece in sorted(chosen, key=lambda piece: (piece.transcript, piece.start))]


def _shortened(piece: _Piece, most: int) -> _Piece:
    """A piece that is too long, up to the last word there is room for, marked as cut."""
    if count_words(piece.text) <= most:
        return piece
    at = 0
    for _ in range(most):
        while at < len(piece.text) and piece.text[at].isspace():
            at += 1
        while at < len(piece.text) and not piece.text[at].isspace():
            at += 1
    return _Piece(piece.transcript, piece.start, piece.end, piece.code, piece.text[:at] + " […]")
