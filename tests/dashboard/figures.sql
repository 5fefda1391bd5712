-- From the table `counts` to the release's table `figures`: Wilson intervals, and Newcombe's for the year before.
CREATE MACRO wilson(p, n, side) AS
    (p + 3.841458820694124 / (2 * n)
        + side * 1.959963984540054 * sqrt(p * (1 - p) / n + 3.841458820694124 / (4 * n * n)))
    / (1 + 3.841458820694124 / n);

CREATE TABLE rated AS
SELECT *, greatest(0, wilson(value, denominator, -1)) AS low, least(1, wilson(value, denominator, 1)) AS high,
    CASE WHEN "window" = '12m' THEN last_day((period_end - INTERVAL 1 YEAR)::DATE) END AS last_year
FROM (SELECT *, numerator / nullif(denominator, 0) AS value FROM counts);

CREATE TABLE figures AS
WITH pairs AS (
    SELECT now.*, was.numerator AS previous_numerator, was.denominator AS previous_denominator,
        was.value AS previous_value, now.value - was.value AS change,
        (now.value - was.value) - sqrt((now.value - now.low) ** 2 + (was.high - was.value) ** 2) AS change_low,
        (now.value - was.value) + sqrt((now.high - now.value) ** 2 + (was.value - was.low) ** 2) AS change_high
    FROM rated AS now LEFT JOIN rated AS was
        ON was."window" = now."window" AND was.measure = now.measure AND was.breakdown = now.breakdown
        AND was."group" = now."group" AND was.period_end = now.last_year
)
SELECT measure, '1.0.0' AS measure_version, '990' AS council, "window", period_start, period_end, complete,
    breakdown, "group", numerator::BIGINT AS numerator, denominator::BIGINT AS denominator, value, low, high,
    CASE WHEN denominator = 0 THEN 'z' ELSE '' END AS symbol,
    previous_numerator::BIGINT AS previous_numerator, previous_denominator::BIGINT AS previous_denominator,
    previous_value, change, change_low, change_high,
    CASE WHEN change IS NULL THEN '' WHEN change_low > 0 THEN 'higher' WHEN change_high < 0 THEN 'lower'
        ELSE 'no clear change' END AS direction,
    upper(substr(md5(concat_ws('/', measure, "window", period_end, breakdown, "group")), 1, 11)) AS receipt
FROM pairs;

DROP TABLE inside;
DROP TABLE spans;
DROP TABLE counts;
DROP TABLE rated;
DROP TABLE audits;
