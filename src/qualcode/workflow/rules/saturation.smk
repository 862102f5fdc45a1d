rule saturation:
    """Count new codes by transcript in order of collection"""
    input:
        consensus="data/processed/consensus.parquet",
        assignments="data/processed/assignments.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
        transcripts="data/processed/transcripts.parquet",
        codebook="data/processed/codebook.parquet",
        raw=raw("participants") + raw("sessions") + raw("speakers"),
    output:
        saturation="reports/tables/saturation.csv",
    log:
        "logs/saturation.txt",
    benchmark:
        "logs/benchmarks/saturation.tsv"
    params:
        version=VERSION,
        settings=settings.saturation.model_dump_json(),
        approach=settings.analysis.approach,
    shell:
        r"""
        qualcode stage saturation \
            --study . --consensus {input.consensus:q} --assignments {input.assignments:q} --turns {input.turns:q} \
            --texts {input.texts:q} --transcripts {input.transcripts:q} --codebook {input.codebook:q} \
            --saturation {output.saturation:q} >{log:q} 2>&1
        """
