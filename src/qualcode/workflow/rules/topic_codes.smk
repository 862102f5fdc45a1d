rule topic_codes:
    """Lay the codes beside the topics"""
    input:
        topic_list="data/processed/topic_list.parquet",
        topic_segments="data/processed/topic_segments.parquet",
        consensus="data/processed/consensus.parquet",
        codings="data/processed/codings.parquet",
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
        codebook="data/processed/codebook.parquet",
    output:
        topics="reports/tables/topics.csv",
    log:
        "logs/topic_codes.txt",
    benchmark:
        "logs/benchmarks/topic_codes.tsv"
    params:
        version=VERSION,
    shell:
        r"""
        qualcode stage topic_codes \
            --topic-list {input.topic_list:q} --topic-segments {input.topic_segments:q} \
            --consensus {input.consensus:q} --codings {input.codings:q} \
            --transcripts {input.transcripts:q} --turns {input.turns:q} --texts {input.texts:q} \
            --codebook {input.codebook:q} --topics {output.topics:q} >{log:q} 2>&1
        """
