"""The study: where its parts lie, its settings, and the tables that people write by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from qualcode.config import Config, load_config
from qualcode.errors import Problems, QualcodeError, StudyError, nearest
from qualcode.files import Sheet, read_sheet
from qualcode.tables import TABLES, split

TABLE_FILES = (".csv", ".xlsx")
IGNORED = re.compile(r"^(\.|~\$|Thumbs\.db$|desktop\.ini$)")


@dataclass
class Study:
    """A study folder.

    Nothing is read before it is asked for; what is read is kept. Raw tables come as text columns with the columns of
    `tables.py` first, plus `_row`, the row in the file that a person sees.
    """

    root: Path
    config: Config = field(default_factory=Config)

    @classmethod
    def load(cls, root: str | Path) -> Study:
        """Read the configuration of the study in folder `root`."""
        folder = Path(root)
        if not folder.is_dir():
            raise StudyError(f"there is no folder '{root}'.", hint="Make a study with `qualcode init DIR`.")
        return cls(folder, load_config(folder / "config" / "study.yaml"))

    # ------------------------------------------------------------ places

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    def shown(self, path: Path) -> str:
        """A path as messages print it: relative to the study where it lies inside, with `/`."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return str(path)

    def files(self, folder: str, endings: tuple[str, ...] = ()) -> list[Path]:
        """The files of `data/raw/FOLDER` in name order, without hidden ones, lock files and sidecars."""
        place = self.raw / folder
        if not place.is_dir():
            return []
        found = (path for path in place.rglob("*") if path.is_file())
        return sorted(
            path
            for path in found
            if not any(IGNORED.match(part) for part in path.relative_to(place).parts)
            and not path.name.endswith(".import.yaml")
            and (not endings or path.suffix.lower() in endings)
        )

    @cached_property
    def transcript_files(self) -> list[Path]:
        """Raw transcripts, whatever their format."""
        return self.files("transcripts")

    @cached_property
    def codings_files(self) -> list[Path]:
        """Raw codings, without their sidecars (`FILE.import.yaml`)."""
        return self.files("codings")

    @cached_property
    def codings_sidecars(self) -> list[Path]:
        """What was chosen for raw codings when they were imported, `FILE.import.yaml`."""
        return sorted((self.raw / "codings").rglob("*.import.yaml"))

    @cached_property
    def decisions_files(self) -> list[Path]:
        return self.files("decisions", (".csv",))

    @cached_property
    def code_decisions_files(self) -> list[Path]:
        """Files of decisions that codings depend on: split codes, coders' own codes, others' codings, changed passages."""
        kinds = rb"\b(split|alignment|review|changed)\b"
        return [path for path in self.decisions_files if re.search(kinds, path.read_bytes())]

    @cached_property
    def memberchecks_files(self) -> list[Path]:
        """Answers of participants, read back: CSV files in the columns of table memberchecks_log."""
        return self.files("memberchecks", (".csv",))

    @cached_property
    def codebook_files(self) -> list[Path]:
        """Version files of the codebook in use, oldest first (by version number)."""
        place = self.root / "codebooks"
        folders = sorted(p for p in place.iterdir() if p.is_dir() and any(p.glob("*.yaml"))) if place.is_dir() else []
        name = self.config.codebook.name
        if name is not None:
            chosen = [folder for folder in folders if folder.name == name]
            if not chosen:
                raise StudyError(
                    f"'codebook.name': there is no codebook '{name}' under codebooks/.",
                    where="config/study.yaml",
                    hint=nearest(name, [folder.name for folder in folders]),
                )
            folders = chosen
        if len(folders) > 1:
            raise StudyError(
                "there are several codebooks and the configuration does not say which is in use.",
                where="codebooks/",
                hint=f"Set codebook.name to one of: {', '.join(folder.name for folder in folders)}.",
            )
        return sorted(folders[0].glob("*.yaml"), key=lambda path: version_key(path.stem)) if folders else []

    @cached_property
    def released_file(self) -> list[Path]:
        """`codebooks/NAME/released.csv` of the codebook in use, if there is one."""
        paths = [path.parent / "released.csv" for path in self.codebook_files[:1]]
        return [path for path in paths if path.is_file()]

    def raw_table_file(self, name: str) -> Path | None:
        """The file of a raw table, `data/raw/NAME.csv` or `.xlsx`, if there is one."""
        found = [self.raw / f"{name}{ending}" for ending in TABLE_FILES if (self.raw / f"{name}{ending}").is_file()]
        if len(found) > 1:
            raise StudyError(
                f"there is both {found[0].name} and {found[1].name}.", where="data/raw", hint="Keep one of them."
            )
        return found[0] if found else None

    # ------------------------------------------------------------ tables

    def raw_table(self, name: str) -> pd.DataFrame:
        """A raw table; empty where the study has none. Raises StudyError for unknown words, missing keys, doubles."""
        path = self.raw_table_file(name)
        if path is None:
            return TABLES[name].empty().assign(_row=pd.Series(dtype="int64"))
        return check_raw_table(name, read_sheet(path, shown_as=self.shown(path)), self.shown(path))

    @cached_property
    def sessions(self) -> pd.DataFrame:
        return self.raw_table("sessions")

    @cached_property
    def participants(self) -> pd.DataFrame:
        return self.raw_table("participants")

    @cached_property
    def speakers(self) -> pd.DataFrame:
        return self.raw_table("speakers")

    @cached_property
    def translations(self) -> pd.DataFrame:
        return self.raw_table("translations")

    @cached_property
    def assignments(self) -> pd.DataFrame:
        return self.raw_table("assignments")

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The participants who withdrew; nobody where the participants table is wrong (which is said elsewhere)."""
        try:
            return who_withdrew(self.participants)
        except QualcodeError:
            return frozenset()

    @cached_property
    def withdrawn_sessions(self) -> frozenset[str]:
        """Sessions in which nobody took part but people who withdrew."""
        if not self.withdrawn:
            return frozenset()
        try:
            present = who_was_there(self.sessions, self.speakers)
        except QualcodeError:
            return frozenset()
        return frozenset(session for session, people in present.items() if people and people <= self.withdrawn)

    def attributes(self) -> list[str]:
        """The study's own columns of the participants table, in the file's order."""
        known = {*TABLES["participants"].columns, "_row"}
        return [column for column in self.participants.columns if column not in known]


_STAYED = {"", "no", "n", "false", "0", "-", "none"}


_REFUSED = {"no", "n", "false", "0", "none", "refused", "withdrawn"}


def refuses(consent: object, what: str) -> bool:
    """Whether a cell `consent` forbids something, `quotes` or `deposit`.

    `no` forbids all; `no_quotes`, `quotes: no` or `no quotes` forbid one thing. Several are parted by `;`.
    """
    said = {re.sub(r"[\s:=_\-]+", "_", part.strip().casefold()) for part in split(str(consent))}
    return bool(said & ({f"no_{what}", f"no{what}"} | _REFUSED | {f"{what}_{no}" for no in _REFUSED}))


def who_withdrew(participants: pd.DataFrame) -> frozenset[str]:
    """Those whose cell `withdrawn` holds anything but `no`: a date, `yes`. A day to come counts as well."""
    return frozenset(
        str(person)
        for person, value in zip(participants["participant"], participants["withdrawn"], strict=True)
        if str(value).strip().casefold() not in _STAYED
    )


def who_was_there(sessions: pd.DataFrame, speakers: pd.DataFrame) -> dict[str, set[str]]:
    """The participants of each session: by its cell `participants`, or by the speakers table."""
    present = {
        str(session): set(split(cell))
        for session, cell in zip(sessions["session"], sessions["participants"], strict=True)
    }
    for session, person, role in zip(speakers["session"], speakers["participant"], speakers["role"], strict=True):
        if person and role in ("participant", "") and session in present:
            present[session].add(str(person))
    return present


def check_raw_table(name: str, sheet: Sheet, where: str) -> pd.DataFrame:
    """The rows of a sheet in the columns of raw table `name`, plus `_row`.

    Raises
    ------
    StudyError
        Missing key column, an unknown column (where the table takes no others), an empty or repeated key, a word that
        the column does not know, a number that is none: all at once.
    """
    table = TABLES[name]
    problems = Problems()
    required = table.key[:1] if name in ("sessions", "participants") else table.key[:2]
    sheet.check_head(where, problems, required, () if table.extra else table.columns)
    problems.raise_if_any(StudyError)
    seen: dict[tuple[str, ...], int] = {}
    for row, (_, line) in zip(sheet.rows, sheet.data.iterrows(), strict=True):
        place = f"row {row}"
        for column in required:
            if not line[column]:
                problems.add(where, f"column '{column}' is empty.", place=place)
        key = tuple(str(line.get(column, "")) for column in table.key)
        if key in seen:
            shown = ", ".join(part for part in key if part)
            problems.add(where, f"'{shown}' stands here and in row {seen[key]}.", "Keep one of the rows.", place=place)
        seen.setdefault(key, row)
        for column, words in table.words.items():
            value = str(line.get(column, ""))
            if value and value not in words:
                problems.add(where, f"{column} '{value}' is not known.", nearest(value, words), place=place)
        for column, kind in table.columns.items():
            value = str(line.get(column, ""))
            if kind in ("Int64", "float64") and value and not _is_number(value, whole=kind == "Int64"):
                problems.add(where, f"{column} '{value}' is not a {'whole ' * (kind == 'Int64')}number.", place=place)
    problems.raise_if_any(StudyError)
    frame = sheet.data.copy()
    for column, kind in table.columns.items():
        if kind == "float64" and column in frame:
            frame[column] = [str(value).replace(",", ".") for value in frame[column]]
    frame["_row"] = sheet.rows
    shaped = replace(table, key=()).shape(frame.drop(columns="_row")).assign(_row=sheet.rows)
    return shaped.sort_values(list(table.key), kind="stable").reset_index(drop=True) if table.key else shaped


def _is_number(value: str, *, whole: bool) -> bool:
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        return False
    return number.is_integer() if whole else True


def version_key(version: str) -> tuple[int, ...]:
    """Sorts version numbers as numbers: 1.10.0 after 1.9.0; 1.0 is 1.0.0."""
    numbers = [int(part) for part in re.findall(r"\d+", version)]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def check_people(study: Study) -> Problems:
    """Whether sessions, participants, speakers and assignments fit one another: every wrong row, at once."""
    problems = Problems()
    tables: dict[str, pd.DataFrame] = {}
    for name in ("participants", "sessions", "speakers", "assignments"):
        try:
            tables[name] = getattr(study, name)
        except QualcodeError as error:
            problems.extend(error)
    people = set(tables["participants"]["participant"]) if "participants" in tables else None
    if "sessions" in tables and people is not None:
        where = _file(study, "sessions")
        for line in tables["sessions"].to_dict("records"):
            for person in split(line["participants"]):
                if person not in people:
                    problems.add(
                        where,
                        f"participant '{person}' is not in the participants table.",
                        nearest(person, people),
                        place=f"row {line['_row']}",
                    )
    if "speakers" in tables:
        where = _file(study, "speakers")
        sessions = set(tables["sessions"]["session"]) if "sessions" in tables else None
        for line in tables["speakers"].to_dict("records"):
            place = f"row {line['_row']}"
            if sessions is not None and line["session"] not in sessions:
                hint = nearest(line["session"], sessions)
                problems.add(where, f"session '{line['session']}' is not in the sessions table.", hint, place=place)
            if people is not None and line["participant"] and line["participant"] not in people:
                hint = nearest(line["participant"], people)
                what = f"participant '{line['participant']}' is not in the participants table."
                problems.add(where, what, hint, place=place)
    return problems


def _file(study: Study, name: str) -> str:
    path = study.raw_table_file(name)
    return study.shown(path) if path else f"data/raw/{name}.csv"


def group_of(study: Study) -> dict[str, str]:
    """The group of each participant."""
    people = study.participants
    return dict(zip(people["participant"], people["group"], strict=True))
