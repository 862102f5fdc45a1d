rule themes:
    """Count themes, offer quotes, fill the matrix of definitions and pair codes"""
    input:
        consensus="data/processed/consensus.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
        transcripts="data/processed/transcripts.parquet",
        segments="data/processed/segments.parquet",
        codebook="data/processed/codebook.parquet",
        raw=raw("participants") + raw("sessions") + raw("speakers"),
        decisions=shown(study.decisions_files),
    output:
        themes="reports/tables/themes.csv",
        quotes="reports/tables/quotes.csv",
        definitions="reports/tables/definitions.csv",
        cooccurrence="reports/tables/cooccurrence.csv",
    log:
        "logs/themes.txt",
    benchmark:
        "logs/benchmarks/themes.tsv"
    params:
        version=VERSION,
        settings=settings.themes.model_dump_json(),
    shell:
        r"""
        qualcode stage themes \
            --study . --consensus {input.consensus:q} --turns {input.turns:q} --texts {input.texts:q} \
            --transcripts {input.transcripts:q} --segments {input.segments:q} --codebook {input.codebook:q} \
            --themes {output.themes:q} --quotes {output.quotes:q} --definitions {output.definitions:q} \
            --cooccurrence {output.cooccurrence:q} >{log:q} 2>&1
        """
