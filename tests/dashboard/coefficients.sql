-- Coefficients of agreement of the made-up county, made up too: from thirty audits on.
UPDATE figures SET value = CASE WHEN denominator >= 30 THEN 0.64 END, low = CASE WHEN denominator >= 30 THEN 0.52 END,
    high = CASE WHEN denominator >= 30 THEN 0.75 END,
    symbol = CASE WHEN denominator = 0 THEN 'z' WHEN denominator < 30 THEN 'u' ELSE '' END,
    previous_numerator = NULL, previous_denominator = NULL, previous_value = NULL, change = NULL, change_low = NULL,
    change_high = NULL, direction = ''
WHERE measure IN ('reliability.kappa', 'reliability.gwet');
