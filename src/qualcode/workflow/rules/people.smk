rule people:
    """Count who took part and what was held"""
    input:
        transcripts="data/processed/transcripts.parquet",
        raw=raw("participants") + raw("sessions") + raw("speakers"),
    output:
        participants="reports/tables/participants.csv",
        sessions="reports/tables/sessions.csv",
    log:
        "logs/people.txt",
    benchmark:
        "logs/benchmarks/people.tsv"
    params:
        version=VERSION,
    shell:
        r"""
        qualcode stage people \
            --study . --transcripts {input.transcripts:q} \
            --participants {output.participants:q} --sessions {output.sessions:q} >{log:q} 2>&1
        """
