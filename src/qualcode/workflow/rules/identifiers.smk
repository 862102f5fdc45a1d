rule identifiers:
    """Count the words that may identify somebody and wait for a decision"""
    input:
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
        people=raw("participants") + raw("sessions") + raw("speakers"),
        key=key_file(),
        decisions=shown(study.decisions_files),
    output:
        "data/processed/identifiers.json",
    log:
        "logs/identifiers.txt",
    benchmark:
        "logs/benchmarks/identifiers.tsv"
    params:
        version=VERSION,
        settings=settings.deidentify.model_dump_json(),
        interviewers=settings.transcripts.interviewers,
    shell:
        r"""
        qualcode stage identifiers --study . --transcripts {input.transcripts:q} --turns {input.turns:q} \
            --texts {input.texts:q} --out {output:q} >{log:q} 2>&1
        """
