rule discussion:
    """Measure agreement before and after discussion and draft what the codebook should learn"""
    input:
        codings="data/processed/codings.parquet",
        assignments="data/processed/assignments.parquet",
        turns="data/processed/turns.parquet",
        transcripts="data/processed/transcripts.parquet",
        segments="data/processed/segments.parquet",
        texts="data/processed/texts",
        codebook="data/processed/codebook.parquet",
        splits="data/processed/splits.parquet",
        unaligned="data/processed/unaligned.parquet",
        disagreements="reports/tables/disagreements.csv",
        edits="data/processed/edits.parquet",  # decisions count in the texts of their day
        decisions=shown(study.decisions_files),
        versions=shown(study.codebook_files),
        raw=raw("participants") + raw("sessions") + raw("speakers"),
    output:
        before_after="reports/tables/agreement_before_after.csv",
        rulings="reports/tables/rulings.csv",
        readings="reports/tables/readings.csv",
        lessons="reports/tables/codebook_lessons.csv",
        document="reports/codebook_lessons.docx",
    log:
        "logs/discussion.txt",
    benchmark:
        "logs/benchmarks/discussion.tsv"
    params:
        version=VERSION,
        match=settings.consensus.match,
        span=settings.consensus.span,
        agreement=settings.agreement.model_dump_json(),
        language=settings.study.language,
        analysis=settings.analysis.model_dump_json(),
        title=settings.study.title,
        notice=settings.study.notice,
    shell:
        r"""
        qualcode stage discussion --study . \
            --codings {input.codings:q} --assignments {input.assignments:q} --turns {input.turns:q} \
            --transcripts {input.transcripts:q} --segments {input.segments:q} --texts {input.texts:q} \
            --codebook {input.codebook:q} --splits {input.splits:q} --unaligned {input.unaligned:q} \
            --disagreements {input.disagreements:q} --match {params.match} --span {params.span:q} \
            --agreement {params.agreement:q} --language {params.language:q} \
            --before-after {output.before_after:q} --rulings {output.rulings:q} --readings {output.readings:q} \
            --lessons {output.lessons:q} --document {output.document:q} >{log:q} 2>&1
        """
