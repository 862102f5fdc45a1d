# What the rules share: the study with its settings, and the files that people wrote.
import json
import os
from functools import cache
from pathlib import Path

from qualcode import __version__ as VERSION
from qualcode.decisions import not_imported
from qualcode.deidentify.study import names_of
from qualcode.memos import memo_files_with_places
from qualcode.study import Study
from qualcode.transcripts.plan import Plan
from qualcode.transcripts.shards import shards_of
from qualcode.workflow import FOLDER, find_programs, folder_of_many
from qualcode.workflow.seen import Seen

study = Study.load(".")
settings = study.config
seen = Seen(study.root)

find_programs()
if os.name == "nt":
    shell.executable("bash.exe")  # Git for Windows brings one


def shown(paths):
    """Paths relative to the study, as rules name them."""
    return [study.shown(path) for path in paths]


def raw(name):
    """The file of a table that people write, where the study has one."""
    path = study.raw_table_file(name)
    return shown([path]) if path else []


@cache
def files_by_shard():
    """The raw transcripts that each shard reads, by its name."""
    plan = Plan(study)
    return {
        shard.name: shown(
            sorted(
                {
                    source.path
                    for source in plan.sources
                    if shard.holds(source.transcript)
                }
            )
        )
        for shard in shards_of(study)
    }


def files_of_shard(wildcards):
    """The raw transcripts that one shard reads."""
    return files_by_shard()[wildcards.shard]


def print_of_shard(wildcards):
    """A hash of what the raw transcripts of one shard hold."""
    return seen.print_of(files_by_shard()[wildcards.shard])


def caption(name):
    """A caption for the workflow's report."""
    return str(FOLDER / "captions" / f"{name}.rst")


def folder_of_png(wildcards, output):
    """The folder that a rule's pictures go to."""
    return str(Path(output.png[0]).parent)


def folder_of_tables(wildcards, output):
    """The folder that a rule's tables go to."""
    return str(Path(output.tables[0]).parent)


def as_a_side(path):
    """A file of the consensus, where coders are compared with it."""
    return [path] if "consensus" in settings.agreement.sides else []


def rule_files(wildcards):
    """Every rule's inputs and outputs as JSON, for reports/provenance.json."""
    return json.dumps(
        {
            one.name: {
                "input": sorted(
                    {
                        folder_of_many(str(path))
                        for path in one.input
                        if not str(path).startswith("data/processed/shards/")
                        and not Path(path).is_absolute()
                        and str(path) not in key_file()
                    }
                ),
                "output": sorted({str(path) for path in one.output}),
            }
            for one in workflow.rules
            if one.name not in ("all", "shard", "leaks")
        },
        sort_keys=True,
    )


def every_output(wildcards):
    """What all other rules make."""
    return sorted(
        {
            str(path)
            for one in workflow.rules
            for path in one.output
            if one.name not in ("all", "shard", "leaks")
        }
    )


def key_file():
    """The pseudonym key, where there is one (provenance does not name it)."""
    from qualcode.deidentify.place import key_path

    path = key_path(study)
    return shown([path]) if path.is_file() else []


def other_outputs(wildcards):
    """A fingerprint of what lies in reports/ beside what the workflow makes, packs and exports."""
    from qualcode.leaks.check import fingerprint

    return fingerprint(study, every_output(wildcards))
