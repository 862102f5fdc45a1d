"""The second person gets the first one's project, works in it, and hands it in."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from reviewed_study import Reviewed

from qualcode.cli import cli
from qualcode.decisions import read_decisions
from qualcode.review import review_verdicts

ASSIGNMENTS = "transcript,coder,saw,done\nT1,KL,,yes\nT2,KL,,yes\nT1,RB,KL,yes\nT2,RB,KL,no\n"


def call(root: Path, *arguments: str) -> str:
    done = CliRunner().invoke(cli, [*arguments, "-C", str(root)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_project_that_still_names_the_first_coder_is_the_second_ones_by_a_map(tmp_path):
    """NVivo, MAXQDA and others leave the first coder's name on what the second person left as it was."""
    reviewed = Reviewed(tmp_path / "study", assignments=ASSIGNMENTS)
    project, names = tmp_path / "second.qdpx", tmp_path / "names.yaml"
    call(reviewed.root, "export", "--as", "qdpx", "--layer", "KL", str(project))
    names.write_text("coders: {KL: RB}\n", encoding="utf-8")
    said = call(reviewed.root, "import", str(project), "--map", str(names))
    assert said.startswith("RB: 5 codings = 5 placed")
    reviewed.run()
    found = review_verdicts(
        reviewed.codings, reviewed.assignments, reviewed.texts, reviewed.codebook, read_decisions(reviewed.study)
    )
    assert found[["transcript", "verdict"]].to_numpy().tolist() == [["T1", "confirmed"]] * 3  # T2 is not done
