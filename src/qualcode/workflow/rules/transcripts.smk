SHARDS = [shard.name for shard in shards_of(study)]


rule shard:
    """Read the raw transcripts of one shard, where a study has many"""
    input:
        files=files_of_shard,
        sessions=raw("sessions"),
        speakers=raw("speakers"),
        translations=raw("translations"),
    output:
        "data/processed/shards/{shard}.sqlite",
    log:
        "logs/shards/{shard}.txt",
    benchmark:
        "logs/benchmarks/shards/{shard}.tsv"
    params:
        version=VERSION,
        language=settings.study.language,
        settings=settings.transcripts.model_dump_json(),
        withdrawn=sorted(study.withdrawn),
        names=names_of(study).print,
        files=print_of_shard,
    shell:
        r"""
        qualcode stage shard --study . --shard {wildcards.shard:q} --out {output:q} >{log:q} 2>&1
        """


rule transcripts:
    """Read the raw transcripts into turns and canonical texts"""
    input:
        files=shown(study.transcript_files),
        sessions=raw("sessions"),
        speakers=raw("speakers"),
        translations=raw("translations"),
        shards=(
            expand("data/processed/shards/{shard}.sqlite", shard=SHARDS)
            if SHARDS[1:]
            else []
        ),
    output:
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        edits="data/processed/edits.parquet",
        texts=directory("data/processed/texts"),
        report="reports/tables/transcripts.csv",
        replacements="reports/tables/replacements.csv",
    log:
        "logs/transcripts.txt",
    benchmark:
        "logs/benchmarks/transcripts.tsv"
    params:
        version=VERSION,
        language=settings.study.language,
        settings=settings.transcripts.model_dump_json(),
        withdrawn=sorted(study.withdrawn),
        names=names_of(study).print,
    shell:
        r"""
        qualcode stage transcripts --study . --transcripts {output.transcripts:q} --turns {output.turns:q} \
            --edits {output.edits:q} --texts {output.texts:q} --report {output.report:q} \
            --replacements {output.replacements:q} {input.shards:q} >{log:q} 2>&1
        """
