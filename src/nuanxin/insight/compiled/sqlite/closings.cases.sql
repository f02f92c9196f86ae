-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT DISTINCT
  "t17"."case_id"
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t15"."case_id",
      "t15"."organisation_id",
      "t15"."category_id",
      "t15"."scope_province",
      "t15"."scope_city",
      "t15"."scope_district",
      "t15"."scope_street",
      "t15"."scope_community",
      "t15"."scope_grid",
      "t15"."due_at",
      "t15"."is_closed",
      "t15"."is_on_time",
      "t15"."waived_case",
      "t15"."waived_due",
      "t15"."is_counted",
      CASE
        WHEN %(by)s = 'province'
        THEN "t15"."scope_province"
        WHEN %(by)s = 'city'
        THEN "t15"."scope_city"
        WHEN %(by)s = 'district'
        THEN "t15"."scope_district"
        WHEN %(by)s = 'street'
        THEN "t15"."scope_street"
        WHEN %(by)s = 'community'
        THEN "t15"."scope_community"
        WHEN %(by)s = 'grid'
        THEN "t15"."scope_grid"
        WHEN %(by)s = 'major'
        THEN SUBSTRING(
          "t15"."category_id",
          IIF((
            0 + 1
          ) >= 1, 0 + 1, 0 + 1 + LENGTH("t15"."category_id")),
          2
        )
        WHEN %(by)s = 'unit'
        THEN COALESCE(CAST("t15"."organisation_id" AS TEXT), '')
        ELSE ''
      END AS "key"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t13"."case_id",
          "t13"."organisation_id",
          "t13"."category_id",
          "t13"."scope_province",
          "t13"."scope_city",
          "t13"."scope_district",
          "t13"."scope_street",
          "t13"."scope_community",
          "t13"."scope_grid",
          "t13"."due_at",
          "t13"."is_closed",
          "t13"."is_on_time",
          "t13"."waived_case",
          "t13"."waived_due",
          "t13"."waived_case" IS NULL AS "is_counted"
        FROM (
          SELECT
            "t10"."case_id",
            "t10"."organisation_id",
            "t10"."category_id",
            "t10"."scope_province",
            "t10"."scope_city",
            "t10"."scope_district",
            "t10"."scope_street",
            "t10"."scope_community",
            "t10"."scope_grid",
            "t10"."due_at",
            "t10"."is_closed",
            "t10"."is_on_time",
            "t12"."waived_case",
            "t12"."waived_due"
          FROM (
            SELECT
              "t5"."id" AS "case_id",
              COALESCE("t5"."handled_by_id", "t5"."lead_organisation_id") AS "organisation_id",
              "t5"."category_id",
              "t5"."scope_province",
              "t5"."scope_city",
              "t5"."scope_district",
              "t5"."scope_street",
              "t5"."scope_community",
              "t5"."scope_grid",
              "t5"."due_at",
              NOT "t5"."closed_at" IS NULL AS "is_closed",
              COALESCE(
                (
                  NOT "t5"."closed_at" IS NULL
                ) AND (
                  "t5"."closed_at" <= "t5"."due_at"
                ),
                FALSE
              ) AS "is_on_time"
            FROM (
              SELECT
                *
              FROM "cases_case" AS "t0"
              WHERE
                "t0"."due_at" >= %(start)s
                AND "t0"."due_at" < %(end)s
                AND NOT "t0"."filed_at" IS NULL
                AND NOT (
                  "t0"."state" IN ('rejected', 'merged')
                )
                AND (
                  (
                    "t0"."shelved_at" IS NULL
                  ) OR (
                    NOT "t0"."closed_at" IS NULL
                  )
                )
            ) AS "t5"
          ) AS "t10"
          LEFT OUTER JOIN (
            SELECT DISTINCT
              *
            FROM (
              SELECT
                "t7"."waived_case",
                "t7"."waived_due"
              FROM (
                SELECT DISTINCT
                  "t1"."clock_id" AS "waived_clock"
                FROM "cases_appeal" AS "t1"
                WHERE
                  "t1"."state" = 'upheld' AND NOT "t1"."clock_id" IS NULL
              ) AS "t6"
              INNER JOIN (
                SELECT
                  "t2"."id",
                  "t2"."case_id" AS "waived_case",
                  "t2"."due_at" AS "waived_due"
                FROM "cases_clock" AS "t2"
                WHERE
                  "t2"."kind" = 'total'
              ) AS "t7"
                ON "t6"."waived_clock" = "t7"."id"
            ) AS "t8"
          ) AS "t12"
            ON "t10"."case_id" = "t12"."waived_case" AND "t10"."due_at" = "t12"."waived_due"
        ) AS "t13"
      ) AS "t14"
      WHERE
        CASE
          WHEN %(level)s = 'province'
          THEN "t14"."scope_province"
          WHEN %(level)s = 'city'
          THEN "t14"."scope_city"
          WHEN %(level)s = 'district'
          THEN "t14"."scope_district"
          WHEN %(level)s = 'street'
          THEN "t14"."scope_street"
          WHEN %(level)s = 'community'
          THEN "t14"."scope_community"
          WHEN %(level)s = 'grid'
          THEN "t14"."scope_grid"
          ELSE %(scope)s
        END = %(scope)s
        AND (
          (
            %(unit)s = 0
          ) OR (
            "t14"."organisation_id" = %(unit)s
          )
        )
    ) AS "t15"
  ) AS "t16"
  WHERE
    CASE
      WHEN %(measure)s = 'closure_rate__numerator'
      THEN "t16"."is_closed"
      WHEN %(measure)s = 'closure_rate__denominator'
      THEN NOT "t16"."case_id" IS NULL
      WHEN %(measure)s = 'on_time_closure_rate__numerator'
      THEN "t16"."is_on_time" AND "t16"."is_counted"
      WHEN %(measure)s = 'on_time_closure_rate__denominator'
      THEN "t16"."is_counted"
      WHEN %(measure)s = 'overdue_rate__numerator'
      THEN NOT (
        "t16"."is_on_time"
      ) AND "t16"."is_counted"
      WHEN %(measure)s = 'overdue_rate__denominator'
      THEN "t16"."is_counted"
      ELSE FALSE
    END
    AND (
      (
        %(by)s = ''
      ) OR (
        "t16"."key" = %(key)s
      )
    )
    AND "t16"."case_id" < %(before)s
) AS "t17"
ORDER BY
  "t17"."case_id" DESC
LIMIT %(size)s
