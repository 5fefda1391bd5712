-- The other tables of a release database, as the dashboard reads them.
CREATE TABLE measures (
    measure VARCHAR, version VARCHAR, title VARCHAR, short_title VARCHAR, topic VARCHAR, "position" INT,
    kind VARCHAR, fact VARCHAR, date VARCHAR, higher_is VARCHAR, protect VARCHAR, chart VARCHAR, sentence VARCHAR,
    counts_what VARCHAR, why VARCHAR, numerator_words VARCHAR, denominator_words VARCHAR, source VARCHAR,
    benchmark VARCHAR, text VARCHAR, numerator VARCHAR[], denominator VARCHAR[], caveats VARCHAR[],
    breakdowns VARCHAR[], headline INT, target DOUBLE, target_source VARCHAR
);
CREATE TABLE fact_columns (fact VARCHAR, "column" VARCHAR, about VARCHAR);
CREATE TABLE breakdowns (breakdown VARCHAR, title VARCHAR, "position" INT);
CREATE TABLE groups (breakdown VARCHAR, "group" VARCHAR, label VARCHAR, "position" INT);
CREATE TABLE places (
    council VARCHAR, name VARCHAR, first_month DATE, last_month DATE, extracted_on DATE, kind VARCHAR, region VARCHAR
);
CREATE TABLE release (
    release VARCHAR, audience VARCHAR, made_at TIMESTAMP, as_of DATE, demonstration BOOLEAN, previous VARCHAR,
    note VARCHAR, code_version VARCHAR, compared_with VARCHAR
);
CREATE TABLE charts (
    measure VARCHAR, council VARCHAR, "window" VARCHAR, state VARCHAR, period_start DATE, period_end DATE,
    numerator BIGINT, denominator BIGINT, value DOUBLE, centre DOUBLE, lower DOUBLE, upper DOUBLE,
    signal VARCHAR, side VARCHAR, baseline VARCHAR, target DOUBLE, variation VARCHAR, assurance VARCHAR
);
CREATE TABLE changes (
    place INT, kind VARCHAR, seriousness INT, measure VARCHAR, council VARCHAR, "window" VARCHAR, period_start DATE,
    period_end DATE, before VARCHAR, after VARCHAR, previous_numerator BIGINT, previous_denominator BIGINT,
    previous_value DOUBLE, numerator BIGINT, denominator BIGINT, value DOUBLE, change DOUBLE, periods BIGINT,
    previous_target DOUBLE, target DOUBLE, previous_receipt VARCHAR, receipt VARCHAR, feed VARCHAR, "number" INT,
    files BIGINT, rows_accepted BIGINT, rows_rejected BIGINT
);
CREATE TABLE deliveries (
    delivery VARCHAR, "number" INT, file VARCHAR, feed VARCHAR, sheets VARCHAR[], council_names VARCHAR[],
    received_at TIMESTAMP, extracted_on DATE, extracted_on_from VARCHAR, mode VARCHAR, rows_received BIGINT,
    rows_accepted BIGINT, rows_rejected BIGINT, rows_in_force BIGINT, queries BIGINT, errors BIGINT,
    unlisted BIGINT, state VARCHAR, reason VARCHAR, compared_with INT
);
CREATE TABLE drift (
    "number" INT, feed VARCHAR, council VARCHAR, kind VARCHAR, "column" VARCHAR, code VARCHAR, change VARCHAR,
    title VARCHAR, label VARCHAR
);
CREATE TABLE freshness (
    feed VARCHAR, title VARCHAR, council VARCHAR, name VARCHAR, "number" INT, newest DATE, received_at TIMESTAMP,
    expected_every INT, due_on DATE
);
CREATE TABLE releases (
    release VARCHAR, made_at TIMESTAMP, as_of DATE, deliveries INT, new_deliveries INT, "by" VARCHAR, note VARCHAR
);
CREATE TABLE measure_versions (measure VARCHAR, version VARCHAR, release VARCHAR, made_at TIMESTAMP);
CREATE TABLE checks (
    delivery VARCHAR, "number" INT, feed VARCHAR, code VARCHAR, level VARCHAR, passed BOOLEAN, broken BIGINT
);
CREATE TABLE rules (
    code VARCHAR, feed VARCHAR, level VARCHAR, "column" VARCHAR, expect VARCHAR, message VARCHAR, "action" VARCHAR
);
CREATE TABLE findings (
    delivery VARCHAR, "number" INT, feed VARCHAR, sheet VARCHAR, "row" BIGINT, supplier_column VARCHAR,
    code VARCHAR, level VARCHAR
);
CREATE TABLE columns_matched (
    delivery VARCHAR, "number" INT, feed VARCHAR, sheet VARCHAR, supplier_column VARCHAR, "column" VARCHAR,
    how VARCHAR
);
