rule frameworks:
    """Count mentions and participants of each framework construct by direction"""
    input:
        consensus="data/processed/consensus.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
        transcripts="data/processed/transcripts.parquet",
        codebook="data/processed/codebook.parquet",
        raw=raw("participants") + raw("sessions") + raw("speakers"),
        decisions=shown(study.decisions_files),
    output:
        constructs="reports/tables/constructs.csv",
    log:
        "logs/frameworks.txt",
    benchmark:
        "logs/benchmarks/frameworks.tsv"
    params:
        version=VERSION,
        settings=settings.frameworks.model_dump_json(),
        quotes=settings.themes.model_dump_json(),
    shell:
        r"""
        qualcode stage frameworks \
            --study . --consensus {input.consensus:q} --turns {input.turns:q} --texts {input.texts:q} \
            --transcripts {input.transcripts:q} --codebook {input.codebook:q} \
            --constructs {output.constructs:q} >{log:q} 2>&1
        """
