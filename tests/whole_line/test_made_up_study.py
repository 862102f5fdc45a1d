"""The made-up study through the whole line, as `make run` does it; what a second run does; what wrong input does."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import copy_study

pytestmark = pytest.mark.slow
Call = Callable[..., "subprocess.CompletedProcess[str]"]

# the first columns of each table, as DESIGN.md section 6 promises them
CONTRACT = {
    "participants": "variable level group n percent N",
    "sessions": "session date kind mode participants minutes language",
    "themes": "theme subtheme definition mentions participants participants_percent eligible",
    "quotes": "quote theme participant transcript start end text approved",
    "definitions": "group participants element text status",
    "agreement": "coefficient scope unit rule universe coders round n_units n_transcripts estimate ci_low ci_high ci_method reason",
    "agreement_by_code": "code coefficient scope unit rule universe coders round n_units n_transcripts estimate ci_low ci_high "
    "ci_method reason both only_a only_b neither",
    "disagreements": "disagreement kind transcript start end code_a code_b coder_a coder_b decision",
    "cooccurrence": "code_a code_b unit n jaccard",
    "saturation": "order transcript date new cumulative",
    "topics": "topic words segments transcripts code overlap",
    "constructs": "framework version construct direction mentions participants quote",
    "memberchecks": "round theme response participants comments",
}
FIGURES = ("thematic_map", "theme_by_participant", "agreement", "saturation")
DOCUMENTS = (
    "findings.docx", "index.html", "supplement.xlsx", "disagreements.xlsx", "codebook_lessons.docx", "provenance.json",
    "tables/themes.docx", "tables/themes.xlsx", "tables/constructs.docx", "tables/constructs.xlsx",
    *(f"figures/{name}.{ending}" for name in FIGURES for ending in ("svg", "png")),
)  # fmt: skip


@pytest.fixture(scope="module")
def done(whole_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up study after one run."""
    return Path(shutil.copytree(whole_run, tmp_path_factory.mktemp("whole_line") / "study"))


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[Path, list[str]]:
    """The made-up study, run in another folder without a network, killed while topics are found, run again; which rules then."""
    folder = copy_study(repository, tmp_path_factory.mktemp("elsewhere") / "study")
    command = [*without_network(), sys.executable, "-m", "qualcode", "run", "-C", str(folder)]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    waited = time.monotonic()
    while not (folder / "logs" / "topics.txt").exists() and time.monotonic() - waited < 120:
        time.sleep(0.2)
    time.sleep(1)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert (folder / ".snakemake" / "locks").is_dir() and any((folder / ".snakemake" / "locks").iterdir())
    again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert again.returncode == 0, again.stdout + again.stderr
    return folder, [line.split()[3] for line in again.stdout.splitlines() if " of " in line]


def without_network() -> list[str]:
    """What starts a command in a network namespace of its own, in which there is no network; nothing where none can be made."""
    for way in (["unshare", "--map-root-user", "--net"], ["unshare", "--net"]):
        if shutil.which(way[0]) and subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    return []


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "reports" / "tables" / f"{name}.csv", keep_default_na=False, dtype=str)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of everything that the machine made for people."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for place in ("reports", "data/processed")
        for path in sorted((folder / place).rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", CONTRACT)
def test_every_promised_table_has_its_columns_and_rows(done: Path, name: str) -> None:
    rows = table(done, name)
    columns = CONTRACT[name].split()
    assert list(rows.columns)[: len(columns)] == columns
    assert len(rows)
    raw = (done / "reports" / "tables" / f"{name}.csv").read_bytes()
    assert b"\r" not in raw and not raw.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_promised_document_is_there(done: Path, name: str) -> None:
    assert (done / "reports" / name).stat().st_size > 1000


def test_the_study_says_everywhere_that_it_is_made_up(done: Path) -> None:
    import docx

    for name in ("findings.docx", "tables/themes.docx", "tables/constructs.docx"):
        text = "\n".join(part.text for part in docx.Document(str(done / "reports" / name)).paragraphs)
        assert "made up" in text.lower(), name
    assert "made up" in (done / "reports" / "index.html").read_text(encoding="utf-8").lower()


def test_topics_are_several_none_is_too_large_and_each_reaches_two_transcripts_or_is_flagged(done: Path) -> None:
    rows = table(done, "topics")
    segments = rows["segments"].astype(int)
    assert len(rows) >= 5
    assert segments.max() <= 0.4 * segments.sum()
    assert all(int(n) >= 2 or flag for n, flag in zip(rows["transcripts"], rows["flag"], strict=True))


def test_agreement_by_code_reaches_from_poor_to_good_with_one_code_never_used(done: Path) -> None:
    rows = table(done, "agreement_by_code")
    alpha = rows[rows["coefficient"] == "krippendorff_alpha"].set_index("code")
    values = pd.to_numeric(alpha["estimate"], errors="coerce")
    assert values.min() < 0.4 and values.max() > 0.8
    assert alpha.loc["legal_rules", "estimate"] == "" and alpha.loc["legal_rules", "reason"]


def test_the_disagreements_are_of_all_kinds_and_some_are_decided(done: Path) -> None:
    rows = table(done, "disagreements")
    assert {"presence", "boundary", "sibling", "direction", "missed"} <= set(rows["kind"])
    assert {"open", "decided"} <= set(rows["status"])


def test_agreement_before_discussion_is_that_of_the_agreement_tables_and_after_it_fewer_answers_differ(
    done: Path,
) -> None:
    rows = table(done, "agreement_before_after")
    overall = rows[rows["code"] == ""].set_index(["coefficient", "scope"])
    for line in table(done, "agreement").to_dict("records"):
        assert overall.loc[(line["coefficient"], line["scope"]), "before"] == line["estimate"]
    # 53 segments x 20 codes; of the 31 answers that differ the disagreements make up all
    same = overall.loc[("percent_agreement", "pooled")]
    assert [round((1 - float(same[when])) * 53 * 20) for when in ("before", "after")] == [31, 15]
    shares = pd.to_numeric(table(done, "disagreements")["observed_share"])
    assert shares.sum() == pytest.approx(1) and shares.max() == pytest.approx(2 / 31)


def test_what_became_of_the_coders_readings_adds_up(done: Path) -> None:
    rows = table(done, "readings").astype(dict.fromkeys(("disputed", "stood", "replaced", "fell", "open"), int))
    assert (rows["disputed"] == rows[["stood", "replaced", "fell", "open"]].sum(axis=1)).all()
    rulings, listed = table(done, "rulings"), table(done, "disagreements")
    assert rulings["n"].astype(int).sum() == len(listed)
    assert sorted(map(int, listed["rank"])) == list(range(1, len(listed) + 1))


def test_a_parents_participants_are_the_union_of_its_childrens(done: Path) -> None:
    grid = table(done, "theme_by_participant")
    themes = table(done, "themes").set_index("code")
    for code, rows in grid.groupby("code"):
        assert int(themes.loc[str(code), "participants"]) == (rows["mentions"].astype(int) > 0).sum()


def test_every_quote_stands_in_its_transcript_at_its_place(done: Path) -> None:
    for line in table(done, "quotes").to_dict("records"):
        text = (done / "data" / "processed" / "texts" / f"{line['transcript']}.txt").read_text(encoding="utf-8")
        assert text[int(line["start"]) : int(line["end"])] == line["text"]


def test_provenance_names_each_output_with_the_hashes_of_what_it_was_made_from(done: Path, whole_run: Path) -> None:
    record = json.loads((done / "reports" / "provenance.json").read_text(encoding="utf-8"))
    made = record["outputs"]
    assert set(DOCUMENTS) - {"provenance.json"} <= {name.removeprefix("reports/") for name in made}
    for name in ("data/processed/transcripts.parquet", "reports/tables/themes.csv", "reports/findings.docx"):
        assert made[name]["sha256"] == hashlib.sha256((done / name).read_bytes()).hexdigest()
    raw = done / "data" / "raw" / "transcripts" / "S01_interview.docx"
    inputs = made["data/processed/transcripts.parquet"]["inputs"]
    assert inputs["data/raw/transcripts/S01_interview.docx"] == hashlib.sha256(raw.read_bytes()).hexdigest()
    assert record["seeds"] == {"agreement": 1, "topics": 1}
    assert str(whole_run) not in json.dumps(record), "a path of this machine"


def test_no_words_of_participants_are_in_the_logs(done: Path) -> None:
    logs = "\n".join(path.read_text(encoding="utf-8") for path in (done / "logs").glob("*.txt"))
    for line in table(done, "quotes").to_dict("records"):
        assert line["text"][:30] not in logs


def test_a_second_run_does_nothing_also_where_the_study_has_been_copied(done: Path, qualcode: Call) -> None:
    before = hashes(done)
    again = qualcode("run", "-C", done)
    assert again.returncode == 0
    assert "Nothing to do: everything is up to date." in again.stdout
    assert hashes(done) == before


def test_the_same_input_gives_the_same_bytes_in_another_folder_also_after_a_kill(
    done: Path, resumed: tuple[Path, list[str]]
) -> None:
    assert hashes(resumed[0]) == hashes(done)


def test_a_changed_coding_file_reruns_only_what_depends_on_it(done: Path, tmp_path: Path, qualcode: Call) -> None:
    folder = shutil.copytree(done, tmp_path / "study")
    path = folder / "data" / "raw" / "codings" / "RB_part2.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    again = qualcode("run", "-C", folder)
    assert again.returncode == 0, again.stderr
    made = {line.split()[3] for line in again.stdout.splitlines() if " of " in line}
    assert {"codings", "consensus", "themes", "reports"} <= made
    assert not made & {"transcripts", "segments", "topics", "codebook"}


def test_what_is_killed_goes_on_by_itself(resumed: tuple[Path, list[str]]) -> None:
    folder, made = resumed
    assert (folder / "reports" / "findings.docx").is_file()
    assert "topics" in made and "transcripts" not in made


def test_the_whole_line_runs_where_there_is_no_network(resumed: tuple[Path, list[str]]) -> None:
    alone = without_network()
    if not alone:
        pytest.skip("unshare cannot make a network namespace here (no rights, or not Linux)")
    reaches = [*alone, sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 80), 2)"]
    assert b"Network is unreachable" in subprocess.run(reaches, capture_output=True, check=False).stderr
    assert (resumed[0] / "reports" / "findings.docx").is_file()
    assert len(table(resumed[0], "topics")) >= 5  # by the model of embeddings that lies on this machine


def test_two_runs_at_once_in_one_study_are_refused(made_up_study: Path, qualcode: Call) -> None:
    import psutil

    me = psutil.Process()
    holder = made_up_study / ".snakemake" / "qualcode-run.json"
    holder.parent.mkdir()
    holder.write_text(json.dumps({"pid": me.pid, "since": me.create_time()}), encoding="utf-8")
    done = qualcode("run", "-C", made_up_study, "--until", "codebook")
    assert done.returncode == 2
    assert f"another run is going on in this study (process {me.pid})" in done.stderr


def test_a_file_put_in_anothers_place_is_read_though_its_date_is_older(made_up_study: Path, qualcode: Call) -> None:
    def steps() -> list[str]:
        done = qualcode("run", "-C", made_up_study, "--until", "codebook")
        assert done.returncode == 0, done.stderr
        return [line.split()[3] for line in done.stdout.splitlines() if " of " in line]

    assert steps() == ["codebook"]
    assert steps() == []
    book = made_up_study / "codebooks" / "onlinecare" / "1.0.0.yaml"
    book.write_text(book.read_text(encoding="utf-8").replace("label: Too little time", "label: Hardly any time", 1))
    os.utime(book, (0, 0))
    assert steps() == ["codebook"]
    assert "Hardly any time" in set(table(made_up_study, "codebook")["label"])
    assert steps() == []
    book.write_bytes(book.read_bytes())  # saved again as it was
    assert steps() == []


def test_plain_snakemake_works_too_where_the_environment_is_not_activated(made_up_study: Path) -> None:
    program = Path(sys.executable).with_name("snakemake")
    done = subprocess.run(
        [program, "-c1", "--quiet", "all", "--", "codebook"],
        cwd=made_up_study, capture_output=True, text=True, check=False, env={**os.environ, "PATH": os.defpath},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (made_up_study / "data" / "processed" / "codebook.parquet").is_file()


def test_the_report_of_snakemake_is_made(done: Path, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("snakemake")
    made = subprocess.run(
        [program, "--report", str(tmp_path / "report.html")], cwd=done, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "thematic_map" in page


def test_members_of_the_focus_group_and_the_person_interviewed_twice_are_counted_once(done: Path) -> None:
    sessions = table(done, "sessions").set_index("session")
    assert sessions.loc["S13", "participants"] == "P12;P13;P14"
    assert sessions.loc["S02", "participants"] == sessions.loc["S12", "participants"] == "P02"
    people = table(done, "participants")
    assert set(people[people["group"] == "all"]["N"]) == {"14"}
