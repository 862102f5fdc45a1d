"""The keys of config/study.yaml, each with what it means: the authority for validation and for docs/config.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.comments import CommentedMap

from qualcode.errors import Problem, Problems, StudyError, nearest

WHERE = "config/study.yaml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_default=True)


class StudyInfo(_Section):
    """What the study is."""

    title: str = Field("Untitled study", description="Title, as it stands on reports.")
    notice: str = Field("", description="A sentence printed on every report, for example that the study is made up.")
    language: str = Field(
        "en",
        description="Language of the transcripts (ISO 639-1), unless a session says otherwise. Left out: told from their words.",
    )
    innovation: str = Field("", description="What is being implemented; printed with every framework table.")
    inner_setting: str = Field("", description="The setting in which it is implemented; printed with framework tables.")
    outer_setting: str = Field("", description="The setting around that; printed with framework tables.")


class Analysis(_Section):
    """The kind of analysis."""

    approach: Literal["coding_reliability", "codebook", "reflexive"] = Field(
        "codebook",
        description="Family of thematic analysis. Under `reflexive`, agreement coefficients and saturation stay empty, "
        "with that reason; lists of disagreements stay.",
    )


class Coder(_Section):
    """A person who codes."""

    id: str = Field(description="Short id, as it stands in codings files.")
    name: str = Field("", description="Name or role for reports; empty: the id alone is printed.")


class Transcripts(_Section):
    """How transcripts are read."""

    interviewers: list[str] = Field(
        default=["I", "INT", "Int", "Interviewer", "Moderator", "Facilitator", "Q"],
        description="Speaker labels that are interviewers, in every session (the sessions and speakers tables can add more).",
    )
    not_speakers: list[str] = Field(
        default=["Break", "Jingle", "Agenda", "Note", "Notes", "Chapter", "Transcript", "Date", "Time"],
        description="Labels before a colon that are not voices.",
    )
    speaker_pattern: str | None = Field(
        None,
        description="A regular expression with a group `speaker` (and, where wanted, `time`) that marks the start of a turn "
        "in plain text, for layouts that are not recognised.",
    )
    speaker_form: (
        Literal[
            "colon",
            "bold",
            "bracket",
            "timed",
            "dash",
            "name_time",
            "time_name",
            "name_alone",
            "heading",
            "tab",
            "bold_open",
            "sign",
            "name_dash",
            "lower",
            "caps",
            "name_apart",
            "clock",
        ]
        | None
    ) = Field(
        None,
        description="The only way in which labels are written in this study's texts (docs/transcripts.md lists them); by "
        "default it is found out for each file.",
    )
    columns: dict[str, str] = Field(
        default={},
        description="What the columns of spreadsheets are called, where they are not found: `speaker`, `text`, `time`, "
        "`end`, `question`, `session`, each with the name that stands in the header.",
    )
    answer_columns: list[str] = Field(
        default=[],
        description="Columns of a survey sheet that hold an answer each: their names are the questions.",
    )
    merge_gap: float = Field(
        2.0,
        ge=0,
        description="Captions of one voice are one turn while the pause between them is at most this (seconds).",
    )

    @field_validator("columns")
    @classmethod
    def _roles(cls, value: dict[str, str]) -> dict[str, str]:
        known = ("speaker", "text", "time", "end", "question", "session")
        odd = sorted(set(value) - set(known))
        if odd:
            raise ValueError(f"there is no role '{odd[0]}': {nearest(odd[0], known)}")
        return value

    @field_validator("speaker_pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                groups = re.compile(value).groupindex
            except re.error as error:
                raise ValueError(f"is not a regular expression: {error}") from error
            if "speaker" not in groups:
                raise ValueError("needs a group named speaker: (?P<speaker>…)")
        return value


class Deidentify(_Section):
    """How names, places and other identifiers are found and replaced (docs/privacy.md)."""

    key: str | None = Field(
        None,
        description="The pseudonym key, CSV or XLSX, as a path from the study's folder. Keep it outside the study; by default "
        "it is looked for beside it, in `../STUDY-key/key.csv`. Git may not track it.",
    )
    invented: bool = Field(
        False,
        description="The people in the key are made up (an example, a course): it may lie in the study and in git.",
    )
    automatic: list[Literal["email", "phone", "iban", "card"]] = Field(
        default=["email", "phone"],
        description="What is replaced by a mark, `[e-mail address]`, as soon as it is recognised, unless somebody decided to keep "
        "it; what needs judgement waits for a decision.",
    )
    countries: list[str] = Field(
        default=[],
        description="Countries (ISO 3166, `nl`, `gb`) whose telephone and identity numbers, postcodes and addresses are looked for "
        "in every transcript, beside those of its language.",
    )
    pipelines: dict[str, str] = Field(
        default={},
        description="An installed spaCy pipeline for each language, by name or folder, that finds more names for the review list.",
    )
    presidio: bool = Field(
        False, description="Whether presidio-analyzer, where it is installed, adds to the review list."
    )
    require_review: bool = Field(
        False,
        description="Whether a run stops while words that may identify somebody wait for a decision; else its documents are "
        "marked as drafts.",
    )

    @field_validator("countries")
    @classmethod
    def _two_letters(cls, value: list[str]) -> list[str]:
        odd = [one for one in value if not re.fullmatch(r"[A-Za-z]{2}", one)]
        if odd:
            raise ValueError(f"'{odd[0]}' is not a country's two letters")
        return [one.lower() for one in value]


class Segments(_Section):
    """The units that agreement and co-occurrence are taken over (topics take whole turns)."""

    unit: Literal["turn", "paragraph", "sentence", "window"] = Field(
        "turn", description="How turns are cut into segments."
    )
    window: int = Field(100, ge=5, description="Words in a segment, where unit is `window`.")
    interviewers: bool = Field(False, description="Whether interviewers' turns are segments too.")


class CodebookChoice(_Section):
    """Which codebook is in use."""

    name: str | None = Field(None, description="Folder under codebooks/; needed only where there are several.")
    version: str | None = Field(None, description="Version in use; by default the newest.")


class Codings(_Section):
    """How codings files are read."""

    refused: Literal["stop", "list"] | None = Field(
        None,
        description="What a coding that cannot be placed does: `stop` the run, or be `list`ed in data/processed/refused.csv. "
        "By default `stop` for qualcode's own format and `list` for exports of other tools.",
    )


Unit = Literal["character", "token", "sentence", "paragraph", "segment", "turn", "transcript"]


class Agreement(_Section):
    """How agreement between coders is measured."""

    unit: Unit = Field("segment", description="Unit of comparison: what the figures in the documents are taken over.")
    units: list[Unit] = Field(default=[], description="Further units, side by side with `unit` in the tables.")
    rule: str = Field(
        "any_word",
        pattern=r"^(any_word|half_unit|chars:\d+)$",
        description="When a span counts for a unit: it covers at least one whole word of it (`any_word`), at least half of its "
        "characters (`half_unit`), or at least N characters (`chars:N`). Of unit `character` each character counts.",
    )
    uncoded: Literal["include", "exclude", "both"] = Field(
        "include",
        description="Whether units that none of the coders compared coded count (as agreement), or both ways.",
    )
    coders: list[str] = Field(default=[], description="Coders to compare; by default all.")
    rounds: list[str] = Field(
        default=[], description="Rounds to compare; by default all (leave training rounds out here)."
    )
    sides: list[Literal["consensus", "machine"]] = Field(
        default=[], description="What each coder is compared with too: the `consensus`, codings of origin `machine`."
    )
    coefficients: list[Literal["scott_pi", "fleiss_kappa", "conger_kappa", "brennan_prediger", "gwet_ac1"]] = Field(
        default=[], description="Coefficients beside percent agreement, Cohen's kappa and Krippendorff's alpha."
    )
    ci: Literal["bootstrap", "analytic", "none"] = Field("bootstrap", description="Kind of confidence interval.")
    interval: Literal["percentile", "bca", "jackknife"] = Field(
        "percentile",
        description="How limits are taken from resamples: `percentile`, `bca` (corrected for bias and skew), or `jackknife`, which "
        "leaves one out in place of drawing.",
    )
    bootstrap: int = Field(1000, ge=100, le=100_000, description="Number of resamples.")
    resample: Literal["auto", "unit", "cluster", "pairs"] = Field(
        "auto",
        description="What is resampled: `cluster` whole transcripts, `unit` single units, `pairs` Krippendorff's own; `auto` is "
        "cluster from ten transcripts up, else unit.",
    )
    seed: int = Field(1, ge=0, description="Seed of the resampling.")
    thresholds: dict[str, float] = Field(
        default={"Krippendorff 2019, tentative": 0.667, "Krippendorff 2019, firm": 0.8},
        description="Values of alpha for which the share of resamples below is given: who says so, and the value.",
    )
    sampling: str = Field(
        "",
        description="How the transcripts coded twice were chosen, for the methods sentence (“drawn at random”).",
    )

    @property
    def measures(self) -> dict[str, Any]:
        """What `qualcode.agreement.prepared.Measures` takes, but the thresholds, whose names are for readers."""
        return self.model_dump(exclude={"thresholds", "sampling"})


class Training(_Section):
    """Training of coders."""

    against: list[str] = Field(
        default=[],
        description="Whom each coder is held against, round by round, in table `training`: coders' ids, and `consensus`.",
    )


class Consensus(_Section):
    """How several layers become one."""

    match: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Share of the shorter of two spans that they must have in common to be the same reading.",
    )
    span: Literal["union", "intersection", "longest"] = Field("union", description="The span of a consensus row.")
    open: Literal["exclude", "block"] = Field(
        "exclude",
        description="Disagreements nobody has decided: `exclude` them (counted in every table's footnote) or `block` the run.",
    )


class Topics(_Section):
    """Topic suggestions."""

    enabled: bool = Field(True, description="Whether topics are fitted at all.")
    min_words: int | None = Field(
        None, ge=1, description="Shortest turn taken, in words; by default 15, or 8 where the median turn has under 20."
    )
    interviewers: bool = Field(True, description="Whether long turns of interviewers are taken too.")
    language: str = Field(
        "",
        description="Where a transcript has a translation into this language (`en`), its words are taken; by default the "
        "original's. Each passage goes in once.",
    )
    context: float = Field(0.5, ge=0, le=1, description="Weight of the turn before and the turn after.")
    neighbours: int = Field(10, ge=3, le=50, description="Neighbours of each segment in the graph.")
    resolution: float = Field(1.0, gt=0, description="Louvain resolution: 0.5 coarse, 1 normal, 2 fine.")
    runs: int = Field(
        20, ge=1, le=200, description="Runs on random 80 % of the segments; 1 fits once, without stability."
    )
    seed: int = Field(1, ge=0, description="Seed of all random steps.")
    model: str = Field(
        "all-MiniLM-L6-v2",
        description="Embedding model: the one that is installed, or the path of a folder with model.onnx and tokenizer.json.",
    )
    stop_words: list[str] = Field(
        default=[], description="Words to leave out of topic words, beside the language's own."
    )


class Themes(_Section):
    """Theme and quote tables."""

    quotes: int = Field(3, ge=0, description="Quotes offered for each theme, code or subtheme.")
    quote_words_min: int = Field(8, ge=1, description="Shortest quote, in words.")
    quote_words_max: int = Field(80, ge=5, description="Longest quote, in words.")
    quote_languages: Literal["both", "original", "translation"] = Field(
        "both", description="What documents print of a quote whose transcript has a translation."
    )
    cooccurrence_unit: Literal["segment", "turn", "transcript"] = Field(
        "segment", description="Two codes co-occur when both are in the same unit."
    )


class Saturation(_Section):
    """New codes by transcript: base size, run length and new-information threshold (Guest, Namey & Chen 2020)."""

    base: int = Field(4, ge=1, description="Transcripts in the base set.")
    run: int = Field(2, ge=1, description="Transcripts in a run.")
    threshold: float = Field(
        0.05, ge=0, le=1, description="Share of new codes at or under which saturation is reached."
    )
    rounding: Literal["exact", "whole_percent"] = Field(
        "exact", description="Whether shares are rounded before comparing."
    )
    kinds: list[Literal["theme", "subtheme", "code"]] = Field(
        default=["subtheme", "code"], description="Kinds of codebook entry that count."
    )


class Frameworks(_Section):
    """Frameworks that codes are mapped to."""

    use: list[str] = Field(default=["cfir2022"], description="Frameworks in use, by id.")


class MemberChecks(_Section):
    """Packets for participants."""

    heading: str = Field("What we understood from our conversation", description="Heading of the packet.")
    letter: str = Field(
        "Thank you for talking with us. On the next pages you find what we took from all conversations, in our own words, "
        "and beside it what you told us yourself. Please tell us for each point whether it fits your experience, fits "
        "partly, or does not fit, and add whatever you like. There are no wrong answers.",
        description="Letter at the start of the packet.",
    )
    themes: Literal["own", "all"] = Field("all", description="Themes shown: those the participant spoke of, or all.")
    quotes: int = Field(2, ge=0, description="The participant's own quotes shown for each theme.")


class Reports(_Section):
    """Documents."""

    decimals: int = Field(2, ge=0, le=6, description="Decimals of coefficients in documents (tables stay unrounded).")
    min_participants: int = Field(
        3,
        ge=1,
        description="Attributes that describe fewer people than this get a warning where they stand with quotes.",
    )


class Config(_Section):
    """All settings of a study."""

    study: StudyInfo = Field(default_factory=StudyInfo, description="What the study is.")
    analysis: Analysis = Field(default_factory=Analysis, description="The kind of analysis.")
    coders: list[Coder] = Field(
        default=[], description="The people who code; where given, codings of anybody else are refused."
    )
    transcripts: Transcripts = Field(default_factory=Transcripts, description="How transcripts are read.")
    deidentify: Deidentify = Field(
        default_factory=Deidentify, description="How names and other identifiers are found and replaced."
    )
    segments: Segments = Field(
        default_factory=Segments, description="Units of agreement and co-occurrence; topics take whole turns."
    )
    codebook: CodebookChoice = Field(default_factory=CodebookChoice, description="Which codebook is in use.")
    codings: Codings = Field(default_factory=Codings, description="How codings files are read.")
    agreement: Agreement = Field(default_factory=Agreement, description="How agreement is measured.")
    training: Training = Field(default_factory=Training, description="Training of coders.")
    consensus: Consensus = Field(default_factory=Consensus, description="How several layers become one.")
    topics: Topics = Field(default_factory=Topics, description="Topic suggestions.")
    themes: Themes = Field(default_factory=Themes, description="Theme and quote tables.")
    saturation: Saturation = Field(default_factory=Saturation, description="Saturation.")
    frameworks: Frameworks = Field(default_factory=Frameworks, description="Frameworks.")
    memberchecks: MemberChecks = Field(default_factory=MemberChecks, description="Member checks.")
    reports: Reports = Field(default_factory=Reports, description="Documents.")


def load_config(path: Path) -> Config:
    """Read and validate config/study.yaml.

    Raises
    ------
    StudyError
        All wrong keys and values at once, each with its line and, for an unknown key, the nearest known one.
    """
    if not path.is_file():
        raise StudyError(
            Problem(
                WHERE, "this file is not there.", "Make a study with `qualcode init DIR`, or name one with `-C STUDY`."
            )
        )
    try:
        raw = YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StudyError(Problem(WHERE, "this file is not UTF-8 text.", "Save it as UTF-8.")) from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise StudyError(
            Problem(WHERE, f"this is not YAML: {getattr(error, 'problem', None) or 'it cannot be parsed'}.", "", place)
        ) from error
    if raw is None:
        raw = CommentedMap()
    if not isinstance(raw, CommentedMap):
        raise StudyError(Problem(WHERE, "this file must hold keys and values (`study:`, `analysis:` …)."))
    # a section whose keys are all commented out is there, and empty
    given = {key: value for key, value in raw.items() if not (value is None and _is_section(key))}
    try:
        return Config.model_validate(_plain(given))
    except ValidationError as error:
        problems = Problems()
        for item in error.errors():
            location = item["loc"]
            place = _line(raw, location)
            dotted = ".".join(str(part) for part in location)
            if item["type"] == "extra_forbidden":
                hint = nearest(str(location[-1]), _keys(location[:-1]))
                problems.add(WHERE, f"unknown key '{dotted}'.", hint, place=place)
            else:
                message = item["msg"].removeprefix("Value error, ")
                problems.add(WHERE, f"'{dotted}': {message[0].lower()}{message[1:]}.", _describe(location), place=place)
        raise StudyError(problems.found) from error


def _is_section(key: object) -> bool:
    return key in Config.model_fields and key != "coders"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is not None and not isinstance(value, bool | int | float | str):
        return str(value)  # a bare date, for example
    return value


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Config
    for part in location:
        if isinstance(part, int):
            continue
        if model is None or part not in model.model_fields:
            return None
        annotation = model.model_fields[part].annotation
        inner = getattr(annotation, "__args__", (annotation,))
        model = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    return model


def _keys(location: tuple[int | str, ...]) -> list[str]:
    model = _model_at(location)
    return list(model.model_fields) if model else []


def _describe(location: tuple[int | str, ...]) -> str:
    model = _model_at(location[:-1])
    if model is None or str(location[-1]) not in model.model_fields:
        return ""
    return model.model_fields[str(location[-1])].description or ""


def _line(raw: Any, location: tuple[int | str, ...]) -> str:
    line: int | None = None
    node = raw
    for part in location:
        try:
            if isinstance(node, dict):
                line = node.lc.key(part)[0]  # type: ignore[attr-defined]
            elif isinstance(node, list):
                line = node.lc.item(part)[0]  # type: ignore[attr-defined]
            node = node[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return f"line {line + 1}" if line is not None else ""


def reference_page() -> str:
    """docs/config.md: every key with its meaning, its kind and its default, made from the model."""
    lines = [
        "# config/study.yaml",
        "",
        "Every key of a study's configuration. All are optional. This page is made from the code (`python -m qualcode.config`).",
    ]
    for name, section in Config.model_fields.items():
        model = _model_at((name,))
        lines += ["", f"## {name}", "", section.description or ""]
        if model is None:
            continue
        if name == "coders":
            lines += ["", "A list; each item has:"]
        lines += ["", "| key | meaning | values | default |", "|---|---|---|---|"]
        for key, item in model.model_fields.items():
            schema = model.model_json_schema()["properties"][key]
            default = "required" if item.is_required() else _shown(item.get_default(call_default_factory=True))
            lines.append(f"| `{name}.{key}` | {item.description} | {_values(schema)} | {default} |")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, str):
        return f"“{value}”" if value else "empty"
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value) or "empty"
    if isinstance(value, dict):
        return ", ".join(f"{name}: `{item}`" for name, item in value.items()) or "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _values(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_values(option) for option in schema["anyOf"] if option.get("type") != "null") + ", or none"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_values(schema['items'])}"
    if schema.get("type") == "object":
        return f"names with a {_values(schema['additionalProperties'])} each"
    kind = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true`, `false`"}
    if "pattern" in schema:
        return "`any_word`, `half_unit`, `chars:N`"
    limits = [
        f"{word} {schema[key]:g}"
        for key, word in (
            ("minimum", "from"),
            ("exclusiveMinimum", "over"),
            ("maximum", "to"),
            ("exclusiveMaximum", "under"),
        )
        if key in schema
    ]
    return " ".join([kind.get(schema.get("type", ""), "text"), *limits])


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference_page())
