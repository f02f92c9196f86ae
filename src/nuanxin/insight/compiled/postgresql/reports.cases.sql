-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT
  *
FROM (
  SELECT DISTINCT
    "t5"."case_id"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t3"."case_id",
        "t3"."organisation_id",
        "t3"."category_id",
        "t3"."scope_province",
        "t3"."scope_city",
        "t3"."scope_district",
        "t3"."scope_street",
        "t3"."scope_community",
        "t3"."scope_grid",
        "t3"."is_valid",
        "t3"."is_screened",
        "t3"."is_filed",
        "t3"."is_merged",
        CASE
          WHEN %(by)s = 'province'
          THEN "t3"."scope_province"
          WHEN %(by)s = 'city'
          THEN "t3"."scope_city"
          WHEN %(by)s = 'district'
          THEN "t3"."scope_district"
          WHEN %(by)s = 'street'
          THEN "t3"."scope_street"
          WHEN %(by)s = 'community'
          THEN "t3"."scope_community"
          WHEN %(by)s = 'grid'
          THEN "t3"."scope_grid"
          WHEN %(by)s = 'major'
          THEN SUBSTRING("t3"."category_id" FROM CASE WHEN (
            0 + 1
          ) >= 1 THEN 0 + 1 ELSE 0 + 1 + LENGTH("t3"."category_id") END FOR 2)
          WHEN %(by)s = 'unit'
          THEN COALESCE(CAST("t3"."organisation_id" AS VARCHAR), '')
          ELSE ''
        END AS "key"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t1"."id" AS "case_id",
            COALESCE("t1"."handled_by_id", "t1"."lead_organisation_id") AS "organisation_id",
            "t1"."category_id",
            "t1"."scope_province",
            "t1"."scope_city",
            "t1"."scope_district",
            "t1"."scope_street",
            "t1"."scope_community",
            "t1"."scope_grid",
            NOT (
              "t1"."reject_reason" IN ('6', '8', '9')
            ) AS "is_valid",
            NOT (
              "t1"."state" IN ('reported', 'screening')
            ) AS "is_screened",
            (
              NOT "t1"."filed_at" IS NULL
            ) AND NOT (
              "t1"."state" = 'merged'
            ) AS "is_filed",
            "t1"."state" = 'merged' AS "is_merged"
          FROM (
            SELECT
              *
            FROM "cases_case" AS "t0"
            WHERE
              "t0"."reported_at" >= %(start)s AND "t0"."reported_at" < %(end)s
          ) AS "t1"
        ) AS "t2"
        WHERE
          CASE
            WHEN %(level)s = 'province'
            THEN "t2"."scope_province"
            WHEN %(level)s = 'city'
            THEN "t2"."scope_city"
            WHEN %(level)s = 'district'
            THEN "t2"."scope_district"
            WHEN %(level)s = 'street'
            THEN "t2"."scope_street"
            WHEN %(level)s = 'community'
            THEN "t2"."scope_community"
            WHEN %(level)s = 'grid'
            THEN "t2"."scope_grid"
            ELSE %(scope)s
          END = %(scope)s
          AND (
            (
              %(unit)s = 0
            ) OR (
              "t2"."organisation_id" = %(unit)s
            )
          )
      ) AS "t3"
    ) AS "t4"
    WHERE
      CASE
        WHEN %(measure)s = 'reported_count__numerator'
        THEN NOT "t4"."case_id" IS NULL
        WHEN %(measure)s = 'valid_count__numerator'
        THEN "t4"."is_valid"
        WHEN %(measure)s = 'filing_rate__numerator'
        THEN "t4"."is_screened" AND "t4"."is_filed"
        WHEN %(measure)s = 'filing_rate__denominator'
        THEN "t4"."is_screened"
        WHEN %(measure)s = 'duplicate_rate__numerator'
        THEN "t4"."is_merged"
        WHEN %(measure)s = 'duplicate_rate__denominator'
        THEN NOT "t4"."case_id" IS NULL
        ELSE FALSE
      END
      AND (
        (
          %(by)s = ''
        ) OR (
          "t4"."key" = %(key)s
        )
      )
      AND "t4"."case_id" < %(before)s
  ) AS "t5"
) AS "t6"
ORDER BY
  "t6"."case_id" DESC NULLS LAST
LIMIT %(size)s
