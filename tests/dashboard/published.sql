-- Published timeliness of a made-up country: three councils, a region and the whole, 2019 to 2025. In 2024 Ferncombe
-- counted every plan as an exception, so its figure without them is x; Newmere had not begun in 2019, so its are z.
CREATE TABLE published AS
WITH places AS (
    SELECT * FROM (VALUES ('990', 0.42, 900), ('991', 0.6, 400), ('992', 0.33, 60), ('E12000099', 0.48, 9000),
        ('E92000001', 0.5, 60000)) AS p(council, share, plans)
), years AS (
    SELECT council, share, plans, y, plans + 11 * (y - 2019) AS base,
        round((plans + 11 * (y - 2019)) * (share + 0.03 * (2021 - y)))::BIGINT AS top
    FROM places, range(2019, 2026) AS r(y)
), either AS (
    SELECT council, y, '' AS kind, base, top FROM years
    UNION ALL
    SELECT council, y, '_excluding_exceptions', base - base // 8, top - base // 20 FROM years
), held AS (
    SELECT *, CASE WHEN council = '992' AND y = 2019 THEN 'z'
        WHEN council = '991' AND y = 2024 AND kind <> '' THEN 'x' ELSE '' END AS symbol FROM either
)
SELECT 'timeliness.' || m.name || '_published' || kind AS measure, council, y, symbol,
    CASE WHEN symbol = '' THEN (CASE m.name WHEN 'twenty_weeks' THEN top ELSE (base - top) * m.part // 10 END)::BIGINT
        END AS numerator,
    CASE WHEN symbol = '' THEN base::BIGINT WHEN symbol = 'x' THEN 0 END AS denominator
FROM held, (VALUES ('twenty_weeks', 10), ('over_twenty_weeks_to_a_year', 7), ('over_a_year', 3)) AS m(name, part);

INSERT INTO figures BY NAME
WITH rated AS (
    SELECT measure, council, make_date(y, 1, 1) AS period_start, make_date(y, 12, 31) AS period_end, symbol, numerator,
        denominator, numerator / nullif(denominator, 0) AS value FROM published
)
SELECT *, '1.0.0' AS measure_version, 'calendar_year' AS "window", true AS complete, '' AS breakdown, '' AS "group",
    greatest(0, wilson(value, denominator, -1)) AS low, least(1, wilson(value, denominator, 1)) AS high,
    '' AS direction, upper(substr(md5(concat_ws('/', measure, council, period_end)), 1, 11)) AS receipt
FROM rated;
DROP TABLE published;

-- Two neighbours of the county, the nearest first; what they have together; and a funnel of all three councils.
CREATE TABLE neighbours (council VARCHAR, "position" INT, neighbour VARCHAR, closeness VARCHAR);
INSERT INTO neighbours VALUES ('990', 1, '992', 'very_close'), ('990', 2, '991', 'somewhat_close');

INSERT INTO figures BY NAME
WITH added AS (
    SELECT replace(measure, 'timeliness.', 'timeliness.neighbours_') AS measure, '990' AS council, "window",
        period_start, period_end, sum(numerator)::BIGINT AS numerator, sum(denominator)::BIGINT AS denominator
    FROM figures WHERE council IN ('991', '992') AND measure LIKE 'timeliness.twenty%' GROUP BY ALL
    HAVING count(*) FILTER (symbol = '') = 2
)
SELECT *, numerator / denominator AS value, '1.0.0' AS measure_version, true AS complete, '' AS breakdown,
    '' AS "group", '' AS symbol, '' AS direction,
    greatest(0, wilson(numerator / denominator, denominator, -1)) AS low,
    least(1, wilson(numerator / denominator, denominator, 1)) AS high,
    upper(substr(md5(concat_ws('/', measure, council, period_end)), 1, 11)) AS receipt
FROM added;

CREATE TABLE funnels AS
WITH country AS (SELECT measure, period_end, value AS target FROM figures WHERE council = 'E92000001'),
held AS (
    SELECT measure, "window", period_end, council, value, target, sqrt(target * (1 - target) / denominator) AS spread
    FROM figures JOIN country USING (measure, period_end) WHERE length(council) = 3 AND symbol = ''
)
SELECT measure, "window", period_end, council, target, greatest(0, target - 2 * spread) AS lower,
    least(1, target + 2 * spread) AS upper, greatest(0, target - 3 * spread) AS lower_998,
    least(1, target + 3 * spread) AS upper_998,
    CASE WHEN value > target + 3 * spread THEN 'higher (99.8%)' WHEN value < target - 3 * spread THEN 'lower (99.8%)'
        WHEN value > target + 2 * spread THEN 'higher (95%)' WHEN value < target - 2 * spread THEN 'lower (95%)'
        ELSE 'as expected' END AS place,
    1.2 AS phi, 0.0 AS tau2, false AS adjusted, 3 AS councils, 0.15 AS by_chance
FROM held;
