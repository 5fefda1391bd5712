-- Reviews of plans in the made-up county, drawn from md5 as the audits are: section F is weak, health advice comes late,
-- and new plans are better than amended and existing ones.
CREATE TABLE reviews AS
WITH slots AS (
    SELECT month::DATE AS month, n
    FROM generate_series(DATE '2023-11-01', DATE '2026-11-01', INTERVAL 1 MONTH) AS m(month),
        generate_series(1, 30) AS s(n)
), mixed AS (
    SELECT *, md5(seed || 'p') || md5(seed || 'q') || md5(seed || 'r') || md5(seed || 's') AS digits
    FROM (SELECT *, concat_ws('/', getvariable('seed'), 'plan', month, n) AS seed FROM slots)
), drawn AS (
    SELECT month, n,
        list_transform(range(24), lambda k: ('0x' || substr(digits, 5 * k + 1, 5))::BIGINT / 1048576.0) AS u
    FROM mixed
)
SELECT month, u, ['new', 'new', 'amended', 'existing'][1 + (u[1] * 4)::INT % 4] AS kind, u[2] < 0.6 AS random
FROM drawn WHERE n <= 14 + (month(month) * 5) % 15;

CREATE TABLE sections AS
SELECT r.month, r.kind, s.section,
    (('0x' || substr(md5(concat_ws('/', r.u[3], s.section)), 1, 5))::BIGINT / 1048576.0)
        < s.share + CASE r.kind WHEN 'new' THEN 0.12 WHEN 'existing' THEN -0.08 ELSE 0 END AS good
FROM reviews AS r, (VALUES ('A', 0.8), ('B', 0.72), ('C', 0.55), ('D', 0.5), ('E', 0.6), ('F', 0.34), ('G', 0.52),
    ('H', 0.5), ('I', 0.82), ('J', 0.75), ('K', 0.78)) AS s(section, share);

CREATE TABLE advice AS
SELECT r.month, r.kind, a.source, r.u[10 + a.place] < a.received AS received, r.u[13 + a.place] < a.on_time AS on_time,
    r.u[16 + a.place] < 0.06 AS unknown, r.u[19 + a.place] < a.good AS good
FROM reviews AS r, (VALUES ('health', 1, 0.78, 0.5, 0.55), ('social_care', 2, 0.85, 0.62, 0.5),
    ('educational_psychology', 3, 0.96, 0.7, 0.8)) AS a(source, place, received, on_time, good)
WHERE r.kind = 'new';

CREATE TABLE plan_inside AS
SELECT s.*, r.* FROM spans AS s JOIN reviews AS r ON r.month BETWEEN s.period_start AND s.period_end;
CREATE TABLE section_inside AS
SELECT s.*, r.* FROM spans AS s JOIN sections AS r ON r.month BETWEEN s.period_start AND s.period_end;
CREATE TABLE advice_inside AS
SELECT s.*, r.* FROM spans AS s JOIN advice AS r ON r.month BETWEEN s.period_start AND s.period_end;

CREATE MACRO better(kind) AS CASE kind WHEN 'new' THEN 0.58 WHEN 'amended' THEN 0.4 ELSE 0.36 END;

-- Six measures of reviews, for all plans and by kind of plan.
INSERT INTO counts BY NAME
WITH held AS (
    SELECT "window", period_start, period_end, complete, g.breakdown, g."group",
        unnest([
            {'measure': 'plans.good_or_better', 'top': random AND u[4] < better(kind), 'base': random},
            {'measure': 'plans.good_or_better_all', 'top': u[4] < better(kind), 'base': true},
            {'measure': 'plans.inadequate', 'top': random AND u[4] > 0.93, 'base': random},
            {'measure': 'plans.outcomes_specific', 'top': u[5] < better(kind) + 0.1, 'base': true},
            {'measure': 'plans.provision_specified', 'top': u[6] < better(kind) - 0.1, 'base': true},
            {'measure': 'plans.child_views', 'top': u[7] < 0.8, 'base': true},
            {'measure': 'plans.parent_views', 'top': u[8] < 0.9, 'base': true},
            {'measure': 'plans.coproduced', 'top': u[9] < 0.55, 'base': true}
        ], recursive := true)
    FROM plan_inside, LATERAL (SELECT unnest([
        {'breakdown': '', 'group': ''}, {'breakdown': 'plan_kind_reviewed', 'group': kind}]) AS g)
)
SELECT measure, "window", period_start, period_end, complete, breakdown, "group",
    count(*) FILTER (top AND base) AS numerator, count(*) FILTER (base) AS denominator FROM held GROUP BY ALL;

INSERT INTO counts BY NAME
WITH held AS (
    SELECT "window", period_start, period_end, complete, good, g.breakdown, g."group"
    FROM section_inside, LATERAL (SELECT unnest([
        {'breakdown': '', 'group': ''}, {'breakdown': 'section', 'group': section},
        {'breakdown': 'plan_kind_reviewed', 'group': kind},
        {'breakdown': 'section_by_kind', 'group': section || '|' || kind}]) AS g)
), counted AS (
    SELECT "window", period_start, period_end, complete, breakdown, "group",
        count(*) FILTER (good) AS good, count(*) AS base FROM held GROUP BY ALL
)
SELECT 'plans.section_good_or_better' AS measure, * EXCLUDE (good, base), good AS numerator, base AS denominator
FROM counted
UNION ALL
SELECT 'plans.section_inadequate', * EXCLUDE (good, base), (base - good) // 5, base FROM counted;

INSERT INTO counts BY NAME
WITH held AS (
    SELECT "window", period_start, period_end, complete, g.breakdown, g."group",
        unnest([
            {'measure': 'advice.received', 'top': received, 'base': true},
            {'measure': 'advice.on_time', 'top': received AND on_time, 'base': true},
            {'measure': 'advice.not_known', 'top': received AND unknown, 'base': received},
            {'measure': 'advice.good', 'top': received AND good, 'base': received}
        ], recursive := true)
    FROM advice_inside, LATERAL (SELECT unnest([
        {'breakdown': '', 'group': ''}, {'breakdown': 'advice_source', 'group': source},
        {'breakdown': 'plan_kind_reviewed', 'group': kind},
        {'breakdown': 'advice_source_by_kind', 'group': source || '|' || kind}]) AS g)
)
SELECT measure, "window", period_start, period_end, complete, breakdown, "group",
    count(*) FILTER (top AND base) AS numerator, count(*) FILTER (base) AS denominator FROM held GROUP BY ALL;

DROP TABLE plan_inside;
DROP TABLE section_inside;
DROP TABLE advice_inside;
DROP TABLE reviews;
DROP TABLE sections;
DROP TABLE advice;
