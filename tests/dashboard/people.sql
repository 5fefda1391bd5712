-- Placements, training, lessons, feedback, complaints, scrutiny and boards: so many rows a month, or on a period's last day.
CREATE TABLE lessons (
    council VARCHAR, place INT, theme VARCHAR, since DATE, moves VARCHAR, breakdown VARCHAR, "group" VARCHAR
);
INSERT INTO counts BY NAME
SELECT measure, "window", period_start, period_end, complete, breakdown, "group",
    greatest(0, least(rows, round(rows * share + sin(month(period_end)))::BIGINT)) AS numerator, rows AS denominator
FROM (
    SELECT s.*, m.* EXCLUDE (rows), greatest(1, round(
        m.rows * CASE WHEN flat THEN 1 ELSE datediff('month', period_start, period_end) + 1 END))::BIGINT AS rows
    FROM spans AS s, made_people AS m
);
DROP TABLE made_people;
