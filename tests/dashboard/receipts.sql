-- What a receipt tells beside its figure: for audits that heard from the family alone.
CREATE TABLE counting_steps (
    measure VARCHAR, step INT, part VARCHAR, fact VARCHAR, date VARCHAR, "columns" VARCHAR[], of_group BOOLEAN,
    rows_are VARCHAR, dated VARCHAR, times INT
);
INSERT INTO counting_steps VALUES
    ('voice.any_family', 0, 'denominator', 'audits', 'completed_on', [], false, 'audits', 'completed', 1),
    ('voice.any_family', 1, 'denominator', 'audits', 'completed_on', ['is_completed'], false, 'audits', 'completed', 1),
    ('voice.any_family', 2, 'numerator', 'audits', 'completed_on', ['has_family_contribution'], false, 'audits',
        'completed', 1);
CREATE TABLE left_out AS
SELECT measure, council, "window", period_start, period_end, breakdown, "group",
    [denominator + 3, denominator, numerator] AS steps
FROM figures WHERE measure = 'voice.any_family';
CREATE TABLE undated (
    fact VARCHAR, date VARCHAR, council VARCHAR, breakdown VARCHAR, "group" VARCHAR, "rows" BIGINT
);
INSERT INTO undated VALUES ('audits', 'completed_on', '990', '', '', 20);
CREATE TABLE sources (
    council VARCHAR, fact VARCHAR, date VARCHAR, feed VARCHAR, "number" INT, month DATE, "rows" BIGINT
);
INSERT INTO sources VALUES
    ('990', 'audits', 'completed_on', 'case_audits', 4, '2026-10-01', 40),
    ('990', 'audits', 'completed_on', 'case_audits', 4, '2026-09-01', 38),
    ('990', 'audits', 'completed_on', 'case_audits', 4, '2019-09-01', 7);
CREATE TABLE restated AS
SELECT 1 AS place, '2026-11-21.1' AS release, '2026-10-20.1' AS previous_release, measure, council, "window",
    period_start, period_end, breakdown, "group", '1.0.0' AS previous_measure_version,
    numerator + 2 AS previous_numerator, denominator AS previous_denominator,
    (numerator + 2) / denominator AS previous_value, '' AS previous_symbol, '00000000000' AS previous_receipt,
    measure_version, numerator, denominator, value, symbol, receipt
FROM figures
WHERE measure = 'voice.any_family' AND "window" = '12m' AND period_end = '2026-10-31' AND breakdown = '';
