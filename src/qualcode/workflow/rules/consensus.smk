rule consensus:
    """Find where coders disagree, rank it and make the layer that findings rest on"""
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
        identifiers="data/processed/identifiers.json",
        edits="data/processed/edits.parquet",
        changed_codings="data/processed/changed_codings.parquet",
        decisions=shown(study.decisions_files),
        versions=shown(study.codebook_files),
        raw=raw("participants") + raw("sessions") + raw("speakers"),
    output:
        consensus="data/processed/consensus.parquet",
        disagreements="reports/tables/disagreements.csv",
        sheet="reports/disagreements.xlsx",
        seal="data/processed/disagreements_sheet.sha256",
        changed="reports/tables/changed.csv",
    log:
        "logs/consensus.txt",
    benchmark:
        "logs/benchmarks/consensus.tsv"
    params:
        version=VERSION,
        match=settings.consensus.match,
        span=settings.consensus.span,
        open=settings.consensus.open,
        agreement=settings.agreement.model_dump_json(),
        language=settings.study.language,
        title=settings.study.title,
        notice=settings.study.notice,
    shell:
        r"""
        qualcode stage consensus --study . \
            --codings {input.codings:q} --assignments {input.assignments:q} --turns {input.turns:q} \
            --transcripts {input.transcripts:q} --segments {input.segments:q} --texts {input.texts:q} \
            --codebook {input.codebook:q} --splits {input.splits:q} --unaligned {input.unaligned:q} \
            --edits {input.edits:q} --changed-codings {input.changed_codings:q} \
            --match {params.match} --span {params.span:q} --open {params.open:q} \
            --agreement {params.agreement:q} --language {params.language:q} \
            --consensus {output.consensus:q} --disagreements {output.disagreements:q} --sheet {output.sheet:q} \
            --seal {output.seal:q} --changed {output.changed:q} >{log:q} 2>&1
        """
