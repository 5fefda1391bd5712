-- A ledger of actions and Ombudsman cases: each month six are opened, one is opened again, five are done, one is cancelled.
-- `counts` gains their numbers; the lists have one action for each thing that a page must tell apart.
CREATE TABLE ledger_windows AS
SELECT DISTINCT "window", period_start, period_end, complete,
    date_diff('month', period_start, period_end) + 1 AS months,
    date_diff('month', DATE '2023-11-01', period_end) + 11 AS still_open FROM counts;
INSERT INTO counts BY NAME
SELECT "window", period_start, period_end, complete, breakdown, "group", 'ledger.' || name AS measure,
    (CASE of WHEN 'moved' THEN a * months WHEN 'open' THEN coalesce(nullif(a, 99), still_open + b) ELSE a END)::BIGINT AS numerator,
    (CASE of WHEN 'moved' THEN b * months WHEN 'open' THEN 200 ELSE b END)::BIGINT AS denominator
FROM ledger_windows, (VALUES
    ('', '', 'moved', 'opened', 6, 13), ('', '', 'moved', 'reopened', 1, 13), ('', '', 'moved', 'done', 5, 13),
    ('', '', 'moved', 'cancelled', 1, 13), ('', '', 'open', 'open', 99, 0),
    ('', '', 'state', 'overdue', 7, 14), ('', '', 'state', 'overdue_revised', 4, 14),
    ('', '', 'state', 'moved_twice', 2, 14), ('', '', 'state', 'not_evidenced', 9, 40),
    ('', '', 'state', 'unchecked', 8, 40), ('', '', 'state', 'checked_by_owner', 3, 40),
    ('', '', 'state', 'evidence_checked', 20, 40), ('', '', 'state', 'effect_checked', 12, 40),
    ('', '', 'state', 'effect_shown', 6, 40), ('', '', 'state', 'closed_early', 1, 60),
    ('', '', 'state', 'audit_on_time', 11, 25),
    ('action_source', 'audit', 'moved', 'opened', 5, 11), ('action_source', 'audit', 'moved', 'reopened', 1, 11),
    ('action_source', 'audit', 'moved', 'done', 4, 11), ('action_source', 'audit', 'moved', 'cancelled', 1, 11),
    ('action_source', 'audit', 'open', 'open', 99, -4),
    ('action_source', 'ombudsman', 'moved', 'opened', 1, 2), ('action_source', 'ombudsman', 'moved', 'done', 1, 2),
    ('action_source', 'ombudsman', 'open', 'open', 4, 0),
    ('action_source', 'ombudsman', 'state', 'overdue', 2, 4), ('owner', 'Head of SEND', 'open', 'open', 5, 0),
    ('owner', 'Head of SEND', 'state', 'overdue', 3, 5)
) AS held(breakdown, "group", of, name, a, b)
UNION ALL BY NAME
SELECT "window", period_start, period_end, complete, '' AS breakdown, '' AS "group", 'ombudsman.' || name AS measure,
    a AS numerator, b AS denominator
FROM ledger_windows, (VALUES ('upheld', 3, 4), ('repeat_fault', 1, 3), ('actions_evidenced', 9, 16),
    ('actions_not_evidenced', 3, 16), ('actions_overdue', 4, 16), ('remedies_on_time', 5, 7), ('remedies_late', 1, 7),
    ('remedies_done_only', 1, 7), ('remedies_not_done', 0, 7)) AS held(name, a, b);
DROP TABLE ledger_windows;

CREATE TABLE listed_cases AS
SELECT '990' AS council, case_key::UBIGINT AS case_key, reference AS published_reference, former AS former_council,
    decided_on, outcome AS outcome_label, fault AS fault_label, outcome LIKE 'Upheld%' AS is_upheld, again AS is_repeat_fault,
    false AS is_public_report
FROM (VALUES
    (1, '90 001 101', '989', DATE '2022-06-14', 'Upheld: fault found', 'Transport', false),
    (2, '90 002 214', NULL, DATE '2024-02-20', 'Upheld: fault found', 'Delay in an annual review', false),
    (3, '90 003 057', NULL, DATE '2025-10-28', 'Upheld: fault found', 'Delay in an annual review', true),
    (4, NULL, NULL, DATE '2025-11-03', 'Not upheld: no fault found', 'Transport', false)
) AS held(case_key, reference, former, decided_on, outcome, fault, again);
CREATE TABLE listed_remedies AS
SELECT '990' AS council, 3::UBIGINT AS case_key, number AS remedy_number, kind AS remedy_type_label,
    DATE '2025-11-28' AS due_on, done_on, satisfied_on
FROM (VALUES (1, 'Apology', DATE '2025-11-20', DATE '2025-11-26'), (2, 'Payment', DATE '2025-12-12', NULL),
    (3, 'Service improvement', NULL, NULL)) AS held(number, kind, done_on, satisfied_on);
CREATE TABLE listed_actions AS
SELECT '990' AS council, place::UBIGINT AS action_key, source,
    CASE source WHEN 'audit' THEN 'Case audit' ELSE 'Ombudsman' END AS source_label,
    title, 'Head of SEND' AS owner_role, NULL AS measure, evidence, checker AS evidence_checked_by, 'Health' AS agency,
    'Timeliness' AS theme, DATE '2024-03-01' AS opened_on, DATE '2024-09-30' AS due_on,
    CASE WHEN moves > 0 THEN DATE '2025-06-30' ELSE DATE '2024-09-30' END AS now_due_on, moves AS date_changes,
    DATE '2026-11-14' AS as_on, state, DATE '2024-08-20' AS state_on,
    state IN ('new', 'reopened') AS is_open, state = 'done' AS is_done, state = 'cancelled' AS is_cancelled,
    state IN ('new', 'reopened') AS is_overdue, state IN ('new', 'reopened') AS is_overdue_revised,
    moves > 1 AS is_moved_twice, state = 'done' AND evidence IS NULL AS is_not_evidenced,
    coalesce(state = 'done' AND checker <> 'Head of SEND', false) AS is_evidence_checked,
    coalesce(checker = 'Head of SEND', false) AS is_checked_by_owner,
    state = 'done' AND evidence IS NOT NULL AND checker IS NULL AS is_evidence_unchecked,
    effect IS NOT NULL AS is_effect_checked, coalesce(effect LIKE 'It made a%', false) AS is_effect_shown,
    title LIKE 'Explain%' AS is_closed_early, CASE WHEN state = 'cancelled' THEN 'No longer needed' END AS cancel_reason_label,
    DATE '2024-09-10' AS evidence_checked_on, DATE '2025-05-01' AS effect_checked_on, effect AS effect_label,
    case_key::UBIGINT AS source_key
FROM (VALUES
    (1, 'ombudsman', 'Give reasons in every refusal', 'done', 'New letter', 'Quality manager', 'It made a difference', 0, 1),
    (2, 'ombudsman', 'Publish how many reviews are late', 'done', NULL, NULL, NULL, 0, 2),
    (3, 'ombudsman', 'Send a reminder to every school', 'new', NULL, NULL, NULL, 3, 2),
    (4, 'ombudsman', '?', 'done', 'Log', 'Head of SEND', NULL, 1, 3),
    (5, 'ombudsman', 'Tell parents how to ask for a review', 'reopened', NULL, NULL, NULL, 0, 4),
    (6, 'audit', 'Ask parents before the draft is written', 'done', 'Checklist', NULL, NULL, 0, NULL),
    (7, 'audit', 'Chase late advice', 'cancelled', NULL, NULL, NULL, 0, NULL),
    (8, 'audit', 'Explain the time limit in the first letter', 'new', NULL, NULL, NULL, 0, NULL)
) AS held(place, source, title, state, evidence, checker, effect, moves, case_key);
CREATE TABLE listed_findings AS
SELECT '990' AS council, 1 AS area_number, DATE '2024-05-20' AS published_on, 'Health advice comes late' AS title,
    'Area for improvement' AS area_kind_label, 'Sufficient progress' AS progress_label, DATE '2025-11-06' AS progress_on;
CREATE TABLE listed_internal_audits AS
SELECT '990' AS council, 1::UBIGINT AS source_key, 'Learning from case audits' AS title, DATE '2025-03-31' AS planned_on,
    DATE '2025-04-14' AS reported_on, 'Limited assurance' AS opinion_label;
CREATE TABLE listed_inspections AS
SELECT '990' AS council, DATE '2024-05-20' AS published_on, 'Inconsistent experiences and outcomes' AS outcome_label,
    DATE '2027-05-20' AS next_by, NULL::BOOLEAN AS statement_required, NULL::VARCHAR AS progress_label
UNION ALL SELECT '990', DATE '2019-03-28', NULL, NULL, true, 'Sufficient progress in some';
