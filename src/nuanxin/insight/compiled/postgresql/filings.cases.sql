-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT
  *
FROM (
  SELECT DISTINCT
    "t20"."case_id"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t18"."case_id",
        "t18"."organisation_id",
        "t18"."category_id",
        "t18"."scope_province",
        "t18"."scope_city",
        "t18"."scope_district",
        "t18"."scope_street",
        "t18"."scope_community",
        "t18"."scope_grid",
        "t18"."late_case",
        "t18"."is_waived",
        "t18"."asked_case",
        "t18"."is_on_time",
        "t18"."is_counted",
        "t18"."is_supervised",
        CASE
          WHEN %(by)s = 'province'
          THEN "t18"."scope_province"
          WHEN %(by)s = 'city'
          THEN "t18"."scope_city"
          WHEN %(by)s = 'district'
          THEN "t18"."scope_district"
          WHEN %(by)s = 'street'
          THEN "t18"."scope_street"
          WHEN %(by)s = 'community'
          THEN "t18"."scope_community"
          WHEN %(by)s = 'grid'
          THEN "t18"."scope_grid"
          WHEN %(by)s = 'major'
          THEN SUBSTRING("t18"."category_id" FROM CASE WHEN (
            0 + 1
          ) >= 1 THEN 0 + 1 ELSE 0 + 1 + LENGTH("t18"."category_id") END FOR 2)
          WHEN %(by)s = 'unit'
          THEN COALESCE(CAST("t18"."organisation_id" AS VARCHAR), '')
          ELSE ''
        END AS "key"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t16"."case_id",
            "t16"."organisation_id",
            "t16"."category_id",
            "t16"."scope_province",
            "t16"."scope_city",
            "t16"."scope_district",
            "t16"."scope_street",
            "t16"."scope_community",
            "t16"."scope_grid",
            "t16"."late_case",
            "t16"."is_waived",
            "t16"."asked_case",
            "t16"."late_case" IS NULL AS "is_on_time",
            NOT (
              COALESCE("t16"."is_waived", FALSE)
            ) AS "is_counted",
            NOT "t16"."asked_case" IS NULL AS "is_supervised"
          FROM (
            SELECT
              "t12"."case_id",
              "t12"."organisation_id",
              "t12"."category_id",
              "t12"."scope_province",
              "t12"."scope_city",
              "t12"."scope_district",
              "t12"."scope_street",
              "t12"."scope_community",
              "t12"."scope_grid",
              "t15"."late_case",
              "t15"."is_waived",
              "t8"."asked_case"
            FROM (
              SELECT
                "t7"."id" AS "case_id",
                COALESCE("t7"."handled_by_id", "t7"."lead_organisation_id") AS "organisation_id",
                "t7"."category_id",
                "t7"."scope_province",
                "t7"."scope_city",
                "t7"."scope_district",
                "t7"."scope_street",
                "t7"."scope_community",
                "t7"."scope_grid"
              FROM (
                SELECT
                  *
                FROM "cases_case" AS "t0"
                WHERE
                  "t0"."filed_at" >= %(start)s
                  AND "t0"."filed_at" < %(end)s
                  AND NOT (
                    "t0"."state" IN ('merged', 'reported', 'screening')
                  )
              ) AS "t7"
            ) AS "t12"
            LEFT OUTER JOIN (
              SELECT
                "t13"."late_case",
                BOOL_OR(NOT "t13"."waived_clock" IS NULL) AS "is_waived"
              FROM (
                SELECT
                  "t9"."id",
                  "t9"."late_case",
                  "t10"."waived_clock"
                FROM (
                  SELECT
                    "t2"."id",
                    "t2"."case_id" AS "late_case"
                  FROM "cases_clock" AS "t2"
                  WHERE
                    "t2"."kind" = 'screen' AND "t2"."outcome" = 'late'
                ) AS "t9"
                LEFT OUTER JOIN (
                  SELECT DISTINCT
                    "t3"."clock_id" AS "waived_clock"
                  FROM "cases_appeal" AS "t3"
                  WHERE
                    "t3"."state" = 'upheld' AND NOT "t3"."clock_id" IS NULL
                ) AS "t10"
                  ON "t9"."id" = "t10"."waived_clock"
              ) AS "t13"
              GROUP BY
                1
            ) AS "t15"
              ON "t12"."case_id" = "t15"."late_case"
            LEFT OUTER JOIN (
              SELECT DISTINCT
                "t1"."case_id" AS "asked_case"
              FROM "cases_supervision" AS "t1"
              WHERE
                "t1"."level" <> 'yellow'
            ) AS "t8"
              ON "t12"."case_id" = "t8"."asked_case"
          ) AS "t16"
        ) AS "t17"
        WHERE
          CASE
            WHEN %(level)s = 'province'
            THEN "t17"."scope_province"
            WHEN %(level)s = 'city'
            THEN "t17"."scope_city"
            WHEN %(level)s = 'district'
            THEN "t17"."scope_district"
            WHEN %(level)s = 'street'
            THEN "t17"."scope_street"
            WHEN %(level)s = 'community'
            THEN "t17"."scope_community"
            WHEN %(level)s = 'grid'
            THEN "t17"."scope_grid"
            ELSE %(scope)s
          END = %(scope)s
          AND (
            (
              %(unit)s = 0
            ) OR (
              "t17"."organisation_id" = %(unit)s
            )
          )
      ) AS "t18"
    ) AS "t19"
    WHERE
      CASE
        WHEN %(measure)s = 'on_time_filing_rate__numerator'
        THEN "t19"."is_on_time" AND "t19"."is_counted"
        WHEN %(measure)s = 'on_time_filing_rate__denominator'
        THEN "t19"."is_counted"
        WHEN %(measure)s = 'supervision_rate__numerator'
        THEN "t19"."is_supervised"
        WHEN %(measure)s = 'supervision_rate__denominator'
        THEN NOT "t19"."case_id" IS NULL
        ELSE FALSE
      END
      AND (
        (
          %(by)s = ''
        ) OR (
          "t19"."key" = %(key)s
        )
      )
      AND "t19"."case_id" < %(before)s
  ) AS "t20"
) AS "t21"
ORDER BY
  "t21"."case_id" DESC NULLS LAST
LIMIT %(size)s
