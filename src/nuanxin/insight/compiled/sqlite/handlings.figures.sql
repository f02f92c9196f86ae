-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT
  "t22"."key",
  COUNT(*) FILTER(WHERE
    "t22"."is_submitted") AS "handling_rate__numerator",
  COUNT(*) FILTER(WHERE
    NOT "t22"."case_id" IS NULL) AS "handling_rate__denominator",
  COUNT(*) FILTER(WHERE
    "t22"."is_on_time" AND "t22"."is_counted") AS "on_time_handling_rate__numerator",
  COUNT(*) FILTER(WHERE
    "t22"."is_counted") AS "on_time_handling_rate__denominator"
FROM (
  SELECT
    "t21"."id",
    "t21"."case_id",
    "t21"."task_id",
    "t21"."organisation_id",
    "t21"."due_at",
    "t21"."stopped_at",
    "t21"."outcome",
    "t21"."of_task",
    "t21"."task_state",
    "t21"."task_ended_at",
    "t21"."is_submitted",
    "t21"."of_case",
    "t21"."by_unit",
    "t21"."shelved_at",
    "t21"."category_id",
    "t21"."scope_province",
    "t21"."scope_city",
    "t21"."scope_district",
    "t21"."scope_street",
    "t21"."scope_community",
    "t21"."scope_grid",
    "t21"."waived_clock",
    "t21"."is_on_time",
    "t21"."is_counted",
    CASE
      WHEN %(by)s = 'province'
      THEN "t21"."scope_province"
      WHEN %(by)s = 'city'
      THEN "t21"."scope_city"
      WHEN %(by)s = 'district'
      THEN "t21"."scope_district"
      WHEN %(by)s = 'street'
      THEN "t21"."scope_street"
      WHEN %(by)s = 'community'
      THEN "t21"."scope_community"
      WHEN %(by)s = 'grid'
      THEN "t21"."scope_grid"
      WHEN %(by)s = 'major'
      THEN SUBSTRING(
        "t21"."category_id",
        IIF((
          0 + 1
        ) >= 1, 0 + 1, 0 + 1 + LENGTH("t21"."category_id")),
        2
      )
      WHEN %(by)s = 'unit'
      THEN COALESCE(CAST("t21"."organisation_id" AS TEXT), '')
      ELSE ''
    END AS "key"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t19"."id",
        "t19"."case_id",
        "t19"."task_id",
        "t19"."organisation_id",
        "t19"."due_at",
        "t19"."stopped_at",
        "t19"."outcome",
        "t19"."of_task",
        "t19"."task_state",
        "t19"."task_ended_at",
        "t19"."is_submitted",
        "t19"."of_case",
        "t19"."by_unit",
        "t19"."shelved_at",
        "t19"."category_id",
        "t19"."scope_province",
        "t19"."scope_city",
        "t19"."scope_district",
        "t19"."scope_street",
        "t19"."scope_community",
        "t19"."scope_grid",
        "t19"."waived_clock",
        "t19"."is_submitted" AND (
          "t19"."outcome" = 'met'
        ) AS "is_on_time",
        "t19"."waived_clock" IS NULL AS "is_counted"
      FROM (
        SELECT
          "t18"."id",
          "t18"."case_id",
          "t18"."task_id",
          "t18"."organisation_id",
          "t18"."due_at",
          "t18"."stopped_at",
          "t18"."outcome",
          "t18"."of_task",
          "t18"."task_state",
          "t18"."task_ended_at",
          "t18"."is_submitted",
          "t18"."of_case",
          "t18"."by_unit",
          "t18"."shelved_at",
          "t18"."category_id",
          "t18"."scope_province",
          "t18"."scope_city",
          "t18"."scope_district",
          "t18"."scope_street",
          "t18"."scope_community",
          "t18"."scope_grid",
          "t8"."waived_clock"
        FROM (
          SELECT
            *
          FROM (
            SELECT
              "t15"."id",
              "t15"."case_id",
              "t15"."task_id",
              "t15"."organisation_id",
              "t15"."due_at",
              "t15"."stopped_at",
              "t15"."outcome",
              "t15"."of_task",
              "t15"."task_state",
              "t15"."task_ended_at",
              "t15"."is_submitted",
              "t9"."of_case",
              "t9"."by_unit",
              "t9"."shelved_at",
              "t9"."category_id",
              "t9"."scope_province",
              "t9"."scope_city",
              "t9"."scope_district",
              "t9"."scope_street",
              "t9"."scope_community",
              "t9"."scope_grid"
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  "t12"."id",
                  "t12"."case_id",
                  "t12"."task_id",
                  "t12"."organisation_id",
                  "t12"."due_at",
                  "t12"."stopped_at",
                  "t12"."outcome",
                  "t12"."of_task",
                  "t12"."task_state",
                  "t12"."task_ended_at",
                  (
                    NOT "t12"."stopped_at" IS NULL
                  )
                  AND NOT (
                    COALESCE(
                      "t12"."task_state" IN ('returned', 'withdrawn')
                      AND (
                        "t12"."task_ended_at" = "t12"."stopped_at"
                      ),
                      FALSE
                    )
                  ) AS "is_submitted"
                FROM (
                  SELECT
                    "t10"."id",
                    "t10"."case_id",
                    "t10"."task_id",
                    "t10"."organisation_id",
                    "t10"."due_at",
                    "t10"."stopped_at",
                    "t10"."outcome",
                    "t11"."of_task",
                    "t11"."task_state",
                    "t11"."task_ended_at"
                  FROM (
                    SELECT
                      "t2"."id",
                      "t2"."case_id",
                      "t2"."task_id",
                      "t2"."organisation_id",
                      "t2"."due_at",
                      "t2"."stopped_at",
                      "t2"."outcome"
                    FROM "cases_clock" AS "t2"
                    WHERE
                      "t2"."kind" = 'handle'
                      AND "t2"."outcome" <> 'cancelled'
                      AND "t2"."paused_at" IS NULL
                  ) AS "t10"
                  INNER JOIN (
                    SELECT
                      "t3"."id" AS "of_task",
                      "t3"."state" AS "task_state",
                      "t3"."ended_at" AS "task_ended_at"
                    FROM "cases_task" AS "t3"
                    WHERE
                      "t3"."role" = 'lead'
                  ) AS "t11"
                    ON "t10"."task_id" = "t11"."of_task"
                ) AS "t12"
              ) AS "t13"
              WHERE
                (
                  (
                    "t13"."due_at" >= %(start)s
                  ) AND (
                    "t13"."due_at" < %(end)s
                  )
                )
                OR (
                  "t13"."is_submitted"
                  AND (
                    (
                      "t13"."stopped_at" >= %(start)s
                    ) AND (
                      "t13"."stopped_at" < %(end)s
                    )
                  )
                )
            ) AS "t15"
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
            ) AS "t9"
              ON "t15"."case_id" = "t9"."of_case"
          ) AS "t16"
          WHERE
            "t16"."is_submitted" OR (
              "t16"."shelved_at" IS NULL
            )
        ) AS "t18"
        LEFT OUTER JOIN (
          SELECT DISTINCT
            "t0"."clock_id" AS "waived_clock"
          FROM "cases_appeal" AS "t0"
          WHERE
            "t0"."state" = 'upheld' AND NOT "t0"."clock_id" IS NULL
        ) AS "t8"
          ON "t18"."id" = "t8"."waived_clock"
      ) AS "t19"
    ) AS "t20"
    WHERE
      CASE
        WHEN %(level)s = 'province'
        THEN "t20"."scope_province"
        WHEN %(level)s = 'city'
        THEN "t20"."scope_city"
        WHEN %(level)s = 'district'
        THEN "t20"."scope_district"
        WHEN %(level)s = 'street'
        THEN "t20"."scope_street"
        WHEN %(level)s = 'community'
        THEN "t20"."scope_community"
        WHEN %(level)s = 'grid'
        THEN "t20"."scope_grid"
        ELSE %(scope)s
      END = %(scope)s
      AND (
        (
          %(unit)s = 0
        ) OR (
          "t20"."organisation_id" = %(unit)s
        )
      )
  ) AS "t21"
) AS "t22"
GROUP BY
  1
