-- What the report is to peers that cannot compute one: a function beside the tables, which change in nothing.
-- All its lines are told: a comparison fails where there are more than a page of a report has.
CREATE SCHEMA peers;

CREATE FUNCTION peers.report(since date, until date, zone text) RETURNS TABLE (
    program_id bigint, day date, conversions bigint, revenue numeric, payout numeric, profit numeric, sale_amount numeric,
    clicks bigint, cpa numeric, margin numeric
)
LANGUAGE sql STABLE AS $$
    WITH converted AS (
        SELECT program_id, (hour AT TIME ZONE zone)::date AS day,
            sum(conversions) FILTER (WHERE status IN ('APPROVED', 'PENDING', 'HOLD')) AS conversions,
            sum(revenue * fx_rate) FILTER (WHERE status IN ('APPROVED', 'PENDING', 'HOLD')) AS revenue,
            sum(payout * fx_rate) FILTER (WHERE status IN ('APPROVED', 'PENDING', 'HOLD')) AS payout,
            sum(sale_amount * fx_rate) FILTER (WHERE status IN ('APPROVED', 'PENDING', 'HOLD')) AS sale_amount
        FROM public.conversion_hour_by_program
        WHERE hour >= since::timestamp AT TIME ZONE zone AND hour < until::timestamp AT TIME ZONE zone
        GROUP BY 1, 2
    ), clicked AS (
        SELECT program_id, (hour AT TIME ZONE zone)::date AS day, sum(unique_clicks + duplicate_clicks) AS clicks
        FROM public.traffic_hour_by_program
        WHERE hour >= since::timestamp AT TIME ZONE zone AND hour < until::timestamp AT TIME ZONE zone
        GROUP BY 1, 2
    ), lines AS (
        SELECT program_id, day, coalesce(conversions, 0) AS conversions, coalesce(revenue, 0) AS revenue,
            coalesce(payout, 0) AS payout, coalesce(sale_amount, 0) AS sale_amount, coalesce(clicks, 0) AS clicks
        FROM converted FULL JOIN clicked USING (program_id, day)
    )
    SELECT program_id, day, conversions::bigint, round(revenue, 4), round(payout, 4), round(revenue - payout, 4),
        round(sale_amount, 4), clicks::bigint, round(payout / nullif(conversions, 0), 4),
        round((revenue - payout) / nullif(revenue, 0), 6)
    FROM lines ORDER BY program_id, day
$$;

GRANT USAGE ON SCHEMA peers TO sightline_app_ro;
