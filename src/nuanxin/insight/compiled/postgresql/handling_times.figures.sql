-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT
  "t23"."key",
  SUM("t23"."value") AS "avg_handling_minutes__numerator",
  COUNT(*) AS "avg_handling_minutes__denominator",
  AVG("t23"."value") FILTER(WHERE
    (
      (
        "t23"."place" * 2
      ) >= "t23"."many"
    )
    AND (
      (
        "t23"."place" * 2
      ) <= (
        "t23"."many" + 2
      )
    )) AS "avg_handling_minutes__median"
FROM (
  SELECT
    "t22"."case_id",
    "t22"."organisation_id",
    "t22"."claimed_at",
    "t22"."submitted_at",
    "t22"."task_id",
    "t22"."rest_of",
    "t22"."rest_seconds",
    "t22"."of_case",
    "t22"."by_unit",
    "t22"."shelved_at",
    "t22"."category_id",
    "t22"."scope_province",
    "t22"."scope_city",
    "t22"."scope_district",
    "t22"."scope_street",
    "t22"."scope_community",
    "t22"."scope_grid",
    "t22"."value",
    "t22"."key",
    (
      ROW_NUMBER() OVER (
        PARTITION BY "t22"."key"
        ORDER BY "t22"."value" ASC, "t22"."case_id" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "place",
    COUNT(*) OVER (PARTITION BY "t22"."key" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "many"
  FROM (
    SELECT
      "t21"."case_id",
      "t21"."organisation_id",
      "t21"."claimed_at",
      "t21"."submitted_at",
      "t21"."task_id",
      "t21"."rest_of",
      "t21"."rest_seconds",
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
      "t21"."value",
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
        THEN SUBSTRING("t21"."category_id" FROM CASE WHEN (
          0 + 1
        ) >= 1 THEN 0 + 1 ELSE 0 + 1 + LENGTH("t21"."category_id") END FOR 2)
        WHEN %(by)s = 'unit'
        THEN COALESCE(CAST("t21"."organisation_id" AS VARCHAR), '')
        ELSE ''
      END AS "key"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t19"."case_id",
          "t19"."organisation_id",
          "t19"."claimed_at",
          "t19"."submitted_at",
          "t19"."task_id",
          "t19"."rest_of",
          "t19"."rest_seconds",
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
          (
            EXTRACT('epoch' FROM "t19"."submitted_at") - EXTRACT('epoch' FROM "t19"."claimed_at")
          ) - COALESCE("t19"."rest_seconds", 0) AS "value"
        FROM (
          SELECT
            "t12"."case_id",
            "t12"."organisation_id",
            "t12"."claimed_at",
            "t12"."submitted_at",
            "t12"."task_id",
            "t18"."rest_of",
            "t18"."rest_seconds",
            "t8"."of_case",
            "t8"."by_unit",
            "t8"."shelved_at",
            "t8"."category_id",
            "t8"."scope_province",
            "t8"."scope_city",
            "t8"."scope_district",
            "t8"."scope_street",
            "t8"."scope_community",
            "t8"."scope_grid"
          FROM (
            SELECT
              "t4"."case_id",
              "t4"."organisation_id",
              "t4"."claimed_at",
              "t4"."submitted_at",
              "t4"."id" AS "task_id"
            FROM (
              SELECT
                *
              FROM "cases_task" AS "t0"
              WHERE
                "t0"."submitted_at" >= %(start)s
                AND "t0"."submitted_at" < %(end)s
                AND "t0"."role" <> 'assist'
                AND NOT "t0"."claimed_at" IS NULL
            ) AS "t4"
          ) AS "t12"
          LEFT OUTER JOIN (
            SELECT
              "t16"."rest_of",
              SUM("t16"."rest_seconds") AS "rest_seconds"
            FROM (
              SELECT
                "t15"."task_id" AS "rest_of",
                EXTRACT('epoch' FROM CASE
                  WHEN "t15"."to_at" < "t15"."submitted_at"
                  THEN "t15"."to_at"
                  ELSE "t15"."submitted_at"
                END) - EXTRACT('epoch' FROM CASE
                  WHEN "t15"."from_at" > "t15"."claimed_at"
                  THEN "t15"."from_at"
                  ELSE "t15"."claimed_at"
                END) AS "rest_seconds"
              FROM (
                SELECT
                  "t12"."case_id",
                  "t12"."organisation_id",
                  "t12"."claimed_at",
                  "t12"."submitted_at",
                  "t12"."task_id",
                  "t14"."clock_id",
                  "t14"."from_at",
                  "t14"."to_at",
                  "t14"."of_clock",
                  "t14"."paused_case"
                FROM (
                  SELECT
                    "t4"."case_id",
                    "t4"."organisation_id",
                    "t4"."claimed_at",
                    "t4"."submitted_at",
                    "t4"."id" AS "task_id"
                  FROM (
                    SELECT
                      *
                    FROM "cases_task" AS "t0"
                    WHERE
                      "t0"."submitted_at" >= %(start)s
                      AND "t0"."submitted_at" < %(end)s
                      AND "t0"."role" <> 'assist'
                      AND NOT "t0"."claimed_at" IS NULL
                  ) AS "t4"
                ) AS "t12"
                INNER JOIN (
                  SELECT
                    "t9"."clock_id",
                    "t9"."from_at",
                    "t9"."to_at",
                    "t10"."of_clock",
                    "t10"."paused_case"
                  FROM (
                    SELECT
                      "t2"."clock_id",
                      "t2"."from_at",
                      "t2"."to_at"
                    FROM "cases_clockchange" AS "t2"
                    WHERE
                      "t2"."kind" = 'pause'
                  ) AS "t9"
                  INNER JOIN (
                    SELECT
                      "t3"."id" AS "of_clock",
                      "t3"."case_id" AS "paused_case"
                    FROM "cases_clock" AS "t3"
                    WHERE
                      "t3"."kind" = 'total'
                  ) AS "t10"
                    ON "t9"."clock_id" = "t10"."of_clock"
                ) AS "t14"
                  ON "t12"."case_id" = "t14"."paused_case"
              ) AS "t15"
              WHERE
                "t15"."from_at" < "t15"."submitted_at" AND "t15"."to_at" > "t15"."claimed_at"
            ) AS "t16"
            GROUP BY
              1
          ) AS "t18"
            ON "t12"."task_id" = "t18"."rest_of"
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
          ) AS "t8"
            ON "t12"."case_id" = "t8"."of_case"
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
) AS "t23"
GROUP BY
  1
