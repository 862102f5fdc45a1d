rule training:
    """Hold each coder against an expert or the consensus, round by round"""
    input:
        tables=expand(
            "data/processed/{name}.parquet",
            name=[
                "codings",
                "assignments",
                "segments",
                "turns",
                "transcripts",
                "codebook",
                "splits",
                "unaligned",
                "consensus",
            ],
        ),
        texts="data/processed/texts",
        disagreements="reports/tables/disagreements.csv",
    output:
        training="reports/tables/training.csv",
    log:
        "logs/training.txt",
    benchmark:
        "logs/benchmarks/training.tsv"
    params:
        version=VERSION,
        settings=settings.training.model_dump_json(),
        agreement=settings.agreement.model_dump_json(),
        match=settings.consensus.match,
        language=settings.study.language,
        approach=settings.analysis.approach,
    shell:
        r"""
        qualcode stage training --study . --processed data/processed --texts {input.texts:q} \
            --disagreements {input.disagreements:q} --training {output.training:q} >{log:q} 2>&1
        """
