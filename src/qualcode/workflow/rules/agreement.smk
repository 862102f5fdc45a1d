rule agreement:
    """Measure how far coders agree, on each code and over all"""
    input:
        codings="data/processed/codings.parquet",
        assignments="data/processed/assignments.parquet",
        segments="data/processed/segments.parquet",
        turns="data/processed/turns.parquet",
        transcripts="data/processed/transcripts.parquet",
        texts="data/processed/texts",
        codebook="data/processed/codebook.parquet",
        splits="data/processed/splits.parquet",
        unaligned="data/processed/unaligned.parquet",
        aligned="reports/tables/alignment.csv",
    output:
        overall="reports/tables/agreement.csv",
        by_code="reports/tables/agreement_by_code.csv",
        by_scope="reports/tables/agreement_by_scope.csv",
    log:
        "logs/agreement.txt",
    benchmark:
        "logs/benchmarks/agreement.tsv"
    params:
        version=VERSION,
        unit=settings.agreement.unit,
        rule=settings.agreement.rule,
        coders=";".join(settings.agreement.coders),
        rounds=";".join(settings.agreement.rounds),
        ci=settings.agreement.ci,
        bootstrap=settings.agreement.bootstrap,
        resample=settings.agreement.resample,
        seed=settings.agreement.seed,
        approach=settings.analysis.approach,
    shell:
        r"""
        qualcode stage agreement \
            --codings {input.codings:q} --assignments {input.assignments:q} --segments {input.segments:q} \
            --turns {input.turns:q} --transcripts {input.transcripts:q} --texts {input.texts:q} \
            --codebook {input.codebook:q} --splits {input.splits:q} --unaligned {input.unaligned:q} --aligned {input.aligned:q} \
            --unit {params.unit:q} --rule {params.rule:q} --coders={params.coders:q} --rounds={params.rounds:q} --ci {params.ci:q} \
            --bootstrap {params.bootstrap} --resample {params.resample:q} --seed {params.seed} \
            --approach {params.approach:q} --overall {output.overall:q} --by-code {output.by_code:q} \
            --by-scope {output.by_scope:q} >{log:q} 2>&1
        """
