rule transcripts:
    """Read the raw transcripts into turns and canonical texts"""
    input:
        files=shown(study.transcript_files),
        sessions=raw("sessions"),
        speakers=raw("speakers"),
        translations=raw("translations"),
    output:
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        edits="data/processed/edits.parquet",
        texts=directory("data/processed/texts"),
        report="reports/tables/transcripts.csv",
    log:
        "logs/transcripts.txt",
    benchmark:
        "logs/benchmarks/transcripts.tsv"
    params:
        version=VERSION,
        language=settings.study.language,
        settings=settings.transcripts.model_dump_json(),
    shell:
        r"""
        qualcode stage transcripts --study . --transcripts {output.transcripts:q} --turns {output.turns:q} \
            --edits {output.edits:q} --texts {output.texts:q} --report {output.report:q} >{log:q} 2>&1
        """
