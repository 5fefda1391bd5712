-- Three years of a fictional county's audits, drawn from md5 so that they are the same on every machine and version.
-- The story: from March 2025 more families contribute; children with PMLD are less often offered a say throughout.
-- The Outreach team has had no audit since March 2026, moderation falls from September 2026, grades stay as they are.
CREATE TABLE audits AS
WITH slots AS (
    SELECT month::DATE AS month, n
    FROM generate_series(DATE '2023-11-01', DATE '2026-11-01', INTERVAL 1 MONTH) AS m(month),
        generate_series(1, 55) AS s(n)
), mixed AS (
    SELECT *, md5(seed || 'a') || md5(seed || 'b') || md5(seed || 'c') || md5(seed || 'd') AS digits
    FROM (SELECT *, concat_ws('/', getvariable('seed'), month, n) AS seed FROM slots)
), drawn AS (
    -- 24 numbers between 0 and 1 for each audit
    SELECT month, n,
        list_transform(range(24), lambda k: ('0x' || substr(digits, 5 * k + 1, 5))::BIGINT / 1048576.0) AS u
    FROM mixed
), kept AS (
    SELECT month, u, (month >= DATE '2025-03-01') AS later,
        ['thematic', 'routine', 'multi_agency', 'dip_sample'][1 + (u[1] * 4)::INT % 4] AS audit_type,
        ['ASD', 'ASD', 'SEMH', 'SEMH', 'SLCN', 'MLD', 'PMLD'][1 + (u[2] * 7)::INT % 7] AS primary_need,
        ['0-4', '5-10', '11-15', '16-19'][1 + (u[3] * 4)::INT % 4] AS age_band,
        ['north', 'south', 'south', 'unlisted-3F2A'][1 + (u[4] * 3)::INT % 4] AS locality,
        CASE WHEN (u[1] * 97) % 1 < 0.12 AND month < DATE '2026-04-01' THEN 'Outreach'
            ELSE ['Casework', 'Early Years', 'Virtual School'][1 + (u[2] * 89 * 3)::INT % 3] END AS team,
        ['random', 'random', 'random', 'targeted', 'complaint'][1 + (u[3] * 83 * 5)::INT % 5] AS selection,
        (u[4] * 79) % 1 AS graded, (u[5] * 73) % 1 < CASE WHEN month >= DATE '2026-09-01' THEN 0.1 ELSE 0.5 END
            AS is_moderated,
        (u[6] * 71) % 1 < 0.84 AS is_delivered, (u[7] * 67) % 1 < 0.06 AS is_void,
        ['moved_away', 'no_auditor'][1 + (u[8] * 61 * 2)::INT % 2] AS void_reason
    FROM drawn
    WHERE n <= CASE WHEN month = DATE '2026-11-01' THEN 14 ELSE 34 + (month(month) * 7) % 20 END
), asked AS (
    SELECT *, u[5] < 0.88 AS child_ok, u[6] < 0.93 AS parent_ok,
        u[5] < 0.88 AND u[7] < CASE WHEN primary_need = 'PMLD' THEN 0.45 ELSE 0.86 END AS child_off,
        u[6] < 0.93 AND u[8] < CASE WHEN primary_need = 'PMLD' THEN 0.6 ELSE 0.9 END AS parent_off,
        u[9] < 0.95 AS staff_off
    FROM kept
), answered AS (
    SELECT *, child_off AND u[10] < 0.8 AS child_reply, parent_off AND u[11] < 0.85 AS parent_reply,
        staff_off AND u[12] < 0.95 AS staff_reply
    FROM asked
), agreed AS (
    SELECT *, child_reply AND u[13] < CASE WHEN later THEN 0.8 ELSE 0.5 END AS child_yes,
        parent_reply AND u[14] < CASE WHEN later THEN 0.92 ELSE 0.6 END AS parent_yes,
        staff_reply AND u[15] < 0.95 AS staff_yes
    FROM answered
), took_part AS (
    SELECT *, child_yes AND u[16] < 0.92 AS child_in, parent_yes AND u[17] < 0.94 AS parent_in,
        staff_yes AND u[18] < 0.97 AS staff_in, u[19] < 0.12 AS on_file
    FROM agreed
)
SELECT *, child_in AND u[20] < 0.7 AS child_told, parent_in AND u[21] < 0.78 AS parent_told,
    staff_in AND u[22] < 0.6 AS staff_told
FROM took_part;

CREATE TABLE spans AS
WITH months AS (SELECT DISTINCT month FROM audits), made AS (
    SELECT 'month' AS "window", month AS period_start, (month + INTERVAL 1 MONTH)::DATE AS next FROM months
    UNION ALL
    SELECT '12m', (month - INTERVAL 11 MONTH)::DATE, (month + INTERVAL 1 MONTH)::DATE FROM months
    WHERE month >= DATE '2024-10-01' AND month < DATE '2026-11-01'
    UNION ALL
    SELECT DISTINCT 'quarter', date_trunc('quarter', month)::DATE,
        (date_trunc('quarter', month) + INTERVAL 3 MONTH)::DATE
    FROM months WHERE month >= DATE '2024-01-01'
    UNION ALL
    SELECT 'financial_year', make_date(y, 4, 1), make_date(y + 1, 4, 1) FROM range(2024, 2027) AS r(y)
    UNION ALL
    SELECT 'academic_year', make_date(y, 9, 1), make_date(y + 1, 9, 1) FROM range(2024, 2027) AS r(y)
    UNION ALL
    SELECT 'calendar_year', make_date(y, 1, 1), make_date(y + 1, 1, 1) FROM range(2024, 2027) AS r(y)
)
SELECT "window", period_start, (next - INTERVAL 1 DAY)::DATE AS period_end, next <= DATE '2026-11-01' AS complete
FROM made;

CREATE TABLE inside AS
SELECT s.*, a.* FROM spans AS s JOIN audits AS a ON a.month BETWEEN s.period_start AND s.period_end;
