-- Moderated audits of the made-up county: three in five drawn at random, agreement in seven of ten, auditors mostly the
-- more generous. Reviews of plans are not moderated here at all.
CREATE TABLE twice AS
WITH drawn AS (
    SELECT *, (u[9] * 53) % 1 < 0.6 AS at_random, (u[10] * 47) % 1 AS luck, 1 + (u[11] * 43 * 3)::INT % 3 AS auditor
    FROM inside WHERE is_moderated
)
SELECT *, auditor + CASE WHEN luck < 0.7 THEN 0 WHEN luck < 0.92 OR auditor = 1 THEN 1 ELSE -1 END AS moderator FROM drawn;

INSERT INTO counts BY NAME
WITH told AS (
    SELECT *, auditor = moderator AS same, moderator > auditor AS lower,
        list_transform([auditor, moderator], lambda k: ['outstanding', 'good', 'requires_improvement', 'inadequate'][k]) AS g
    FROM twice
), held AS (
    SELECT *, unnest([
        {'measure': 'reliability.same_grade', 'top': same, 'base': at_random},
        {'measure': 'reliability.within_one_grade', 'top': true, 'base': at_random},
        {'measure': 'reliability.more_generous', 'top': lower, 'base': at_random},
        {'measure': 'reliability.generous_of_disagreements', 'top': lower, 'base': at_random AND NOT same},
        {'measure': 'reliability.kappa', 'top': same, 'base': at_random},
        {'measure': 'reliability.gwet', 'top': same, 'base': at_random},
        {'measure': 'reliability.random_of_moderated', 'top': at_random, 'base': true},
        {'measure': 'reliability.moderated_inadequate', 'top': luck > 0.4, 'base': true},
        {'measure': 'reliability.same_grade_all', 'top': same, 'base': true},
        {'measure': 'reliability.generous_of_disagreements_all', 'top': lower, 'base': NOT same}
    ], recursive := true)
    FROM told
)
SELECT measure, "window", period_start, period_end, complete, breakdown, "group",
    count(*) FILTER (top AND base) AS numerator, count(*) FILTER (base) AS denominator
FROM (SELECT *, '' AS breakdown, '' AS "group" FROM held
    UNION ALL SELECT *, 'team', team FROM held WHERE measure IN ('reliability.same_grade', 'reliability.more_generous'))
GROUP BY ALL
UNION ALL
SELECT 'reliability.grade_pairs', *, sum(n) OVER (PARTITION BY "window", period_start)
FROM (SELECT "window", period_start, period_end, complete, 'grade_pair', g[1] || '|' || g[2], count(*) AS n
    FROM told WHERE at_random GROUP BY ALL);
DROP TABLE twice;
