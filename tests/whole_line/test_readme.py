"""A new study by the README alone: five real transcripts and codings typed by hand, no command that the README does not have."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Call = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = [pytest.mark.slow, pytest.mark.corpora]

# five real interviews, as they were published, in four formats
REAL = (
    "changelog_md/brain-science-23.md",
    "changelog_md/founders-talk-7.md",
    "bitcointranscripts_md/2020-01-28-pieter-wuille-part2.md",
    "zoom/meeting001_transcript.vtt",
    "qualcoder_examples/ID1.docx",
)


def corpora() -> Path | None:
    place = Path(os.environ.get("QUALCODE_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")
    return place / "transcripts" if (place / "transcripts").is_dir() else None


def blocks(repository: Path, language: str) -> list[str]:
    text = (repository / "README.md").read_text(encoding="utf-8")
    text = text[text.index("## Your own study") :]
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_a_new_study_of_real_transcripts_runs_by_the_readme_alone(
    tmp_path: Path, repository: Path, qualcode: Call
) -> None:
    source = corpora()
    if source is None:
        pytest.skip("the real transcripts are not beside the checkout (name their folder in QUALCODE_CORPORA)")
    typed = [shlex.split(line) for block in blocks(repository, "sh") for line in block.splitlines() if line.strip()]
    commands = [words[1:] for words in typed if words[0] == "qualcode"]

    def type_(*beginning: str, expect: int = 0) -> str:
        """Type the README's command that begins like this."""
        (found,) = [words for words in commands if words[: len(beginning)] == list(beginning)]
        done = qualcode(*found, cwd=tmp_path)
        assert done.returncode == expect, f"{found}: {done.stdout}{done.stderr}"
        return done.stdout

    type_("init")
    study = tmp_path / "my-study"
    for name in REAL:
        shutil.copyfile(source / name, study / "data" / "raw" / "transcripts" / Path(name).name)
    type_("run", "-C", "my-study", "--until")
    shown = type_("show")
    assert all(Path(name).stem in shown for name in REAL)

    (yaml,) = blocks(repository, "yaml")
    codebook = study / "codebooks" / "first" / "1.0.0.yaml"
    codebook.parent.mkdir(parents=True)
    codebook.write_text(yaml, encoding="utf-8")

    # typed by hand from the transcripts: a few words each, as two readers would mark them
    rows = [
        ("brain-science-23", "spending too much time in", "time", "AB"),
        ("brain-science-23", "spending too much time in", "time", "CD"),
        ("brain-science-23", "be a stressful time in", "barriers", "AB"),
        ("founders-talk-7", "just not enough time for most", "time", "AB"),
        ("founders-talk-7", "just not enough time", "time", "CD"),
        ("meeting001_transcript", "She just got back from a vacation", "time", "CD"),
    ]
    lines = [
        "transcript,start,end,text,code,coder",
        *(f'{t},,,"{words}",{code},{coder}' for t, words, code, coder in rows),
    ]
    (tmp_path / "codings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    type_("import", "codings.csv")
    type_("check")
    (final,) = [words for words in commands if words == ["run", "-C", "my-study"]]
    done = qualcode(*final, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

    tables = study / "reports" / "tables"
    themes = pd.read_csv(tables / "themes.csv", keep_default_na=False)
    assert themes["theme"].tolist()[0] == "Barriers"
    assert (themes["participants"] == 0).all(), "no session rows: nobody is counted as a participant yet"
    agreement = pd.read_csv(tables / "agreement.csv", keep_default_na=False)
    assert set(agreement["universe"]) == {"assumed"}
    topics = pd.read_csv(tables / "topics.csv", keep_default_na=False)
    assert len(topics) >= 3 and (topics["segments"] >= 5).all()
    for name in ("findings.docx", "index.html", "disagreements.xlsx"):
        assert (study / "reports" / name).is_file()
    type_("import", "my-study/reports/disagreements.xlsx")
