-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT
  *
FROM (
  SELECT DISTINCT
    "t11"."case_id"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t9"."case_id",
        "t9"."organisation_id",
        "t9"."return_reason",
        "t9"."of_case",
        "t9"."by_unit",
        "t9"."shelved_at",
        "t9"."category_id",
        "t9"."scope_province",
        "t9"."scope_city",
        "t9"."scope_district",
        "t9"."scope_street",
        "t9"."scope_community",
        "t9"."scope_grid",
        "t9"."is_returned",
        "t9"."is_misdirected",
        CASE
          WHEN %(by)s = 'province'
          THEN "t9"."scope_province"
          WHEN %(by)s = 'city'
          THEN "t9"."scope_city"
          WHEN %(by)s = 'district'
          THEN "t9"."scope_district"
          WHEN %(by)s = 'street'
          THEN "t9"."scope_street"
          WHEN %(by)s = 'community'
          THEN "t9"."scope_community"
          WHEN %(by)s = 'grid'
          THEN "t9"."scope_grid"
          WHEN %(by)s = 'major'
          THEN SUBSTRING("t9"."category_id" FROM CASE WHEN (
            0 + 1
          ) >= 1 THEN 0 + 1 ELSE 0 + 1 + LENGTH("t9"."category_id") END FOR 2)
          WHEN %(by)s = 'unit'
          THEN COALESCE(CAST("t9"."organisation_id" AS VARCHAR), '')
          ELSE ''
        END AS "key"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t7"."case_id",
            "t7"."organisation_id",
            "t7"."return_reason",
            "t7"."of_case",
            "t7"."by_unit",
            "t7"."shelved_at",
            "t7"."category_id",
            "t7"."scope_province",
            "t7"."scope_city",
            "t7"."scope_district",
            "t7"."scope_street",
            "t7"."scope_community",
            "t7"."scope_grid",
            "t7"."return_reason" <> '' AS "is_returned",
            "t7"."return_reason" IN ('R1', 'R2', 'R3') AS "is_misdirected"
          FROM (
            SELECT
              "t6"."case_id",
              "t6"."organisation_id",
              "t6"."return_reason",
              "t4"."of_case",
              "t4"."by_unit",
              "t4"."shelved_at",
              "t4"."category_id",
              "t4"."scope_province",
              "t4"."scope_city",
              "t4"."scope_district",
              "t4"."scope_street",
              "t4"."scope_community",
              "t4"."scope_grid"
            FROM (
              SELECT
                "t2"."case_id",
                "t2"."organisation_id",
                "t2"."return_reason"
              FROM (
                SELECT
                  *
                FROM "cases_task" AS "t0"
                WHERE
                  "t0"."dispatched_at" >= %(start)s AND "t0"."dispatched_at" < %(end)s
              ) AS "t2"
            ) AS "t6"
            INNER JOIN (
              SELECT
                "t1"."id" AS "of_case",
                COALESCE("t1"."handled_by_id", "t1"."lead_organisation_id") AS "by_unit",
                "t1"."shelved_at",
                "t1"."category_id",
                "t1"."scope_province",
                "t1"."scope_city",
                "t1"."scope_district",
                "t1"."scope_street",
                "t1"."scope_community",
                "t1"."scope_grid"
              FROM "cases_case" AS "t1"
              WHERE
                "t1"."state" <> 'merged'
            ) AS "t4"
              ON "t6"."case_id" = "t4"."of_case"
          ) AS "t7"
        ) AS "t8"
        WHERE
          CASE
            WHEN %(level)s = 'province'
            THEN "t8"."scope_province"
            WHEN %(level)s = 'city'
            THEN "t8"."scope_city"
            WHEN %(level)s = 'district'
            THEN "t8"."scope_district"
            WHEN %(level)s = 'street'
            THEN "t8"."scope_street"
            WHEN %(level)s = 'community'
            THEN "t8"."scope_community"
            WHEN %(level)s = 'grid'
            THEN "t8"."scope_grid"
            ELSE %(scope)s
          END = %(scope)s
          AND (
            (
              %(unit)s = 0
            ) OR (
              "t8"."organisation_id" = %(unit)s
            )
          )
      ) AS "t9"
    ) AS "t10"
    WHERE
      CASE
        WHEN %(measure)s = 'dispatch_accuracy__numerator'
        THEN NOT (
          "t10"."is_misdirected"
        )
        WHEN %(measure)s = 'dispatch_accuracy__denominator'
        THEN NOT "t10"."case_id" IS NULL
        WHEN %(measure)s = 'return_rate__numerator'
        THEN "t10"."is_returned"
        WHEN %(measure)s = 'return_rate__denominator'
        THEN NOT "t10"."case_id" IS NULL
        ELSE FALSE
      END
      AND (
        (
          %(by)s = ''
        ) OR (
          "t10"."key" = %(key)s
        )
      )
      AND "t10"."case_id" < %(before)s
  ) AS "t11"
) AS "t12"
ORDER BY
  "t12"."case_id" DESC NULLS LAST
LIMIT %(size)s
