rule topics:
    """Suggest topics from the longer turns"""
    input:
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
    output:
        topic_list="data/processed/topic_list.parquet",
        topic_segments="data/processed/topic_segments.parquet",
        notes="data/processed/topic_notes.json",
    log:
        "logs/topics.txt",
    benchmark:
        "logs/benchmarks/topics.tsv"
    # the longest stage, and the documents wait for it
    priority: 10
    params:
        version=VERSION,
        settings=settings.topics.model_dump_json(),
    shell:
        r"""
        qualcode stage topics \
            --transcripts {input.transcripts:q} --turns {input.turns:q} --texts {input.texts:q} \
            --settings {params.settings:q} \
            --topic-list {output.topic_list:q} --topic-segments {output.topic_segments:q} --notes {output.notes:q} \
            >{log:q} 2>&1
        """
