rule segments:
    """Cut turns into segments"""
    input:
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
    output:
        segments="data/processed/segments.parquet",
    log:
        "logs/segments.txt",
    benchmark:
        "logs/benchmarks/segments.tsv"
    params:
        version=VERSION,
        unit=settings.segments.unit,
        window=settings.segments.window,
        interviewers=settings.segments.interviewers,
    shell:
        r"""
        qualcode stage segments --transcripts {input.transcripts:q} --turns {input.turns:q} --texts {input.texts:q} \
            --unit {params.unit:q} --window {params.window} --interviewers {params.interviewers} \
            --segments {output.segments:q} >{log:q} 2>&1
        """
