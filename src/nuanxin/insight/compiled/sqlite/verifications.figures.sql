-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT
  "t16"."key",
  COUNT(*) FILTER(WHERE
    "t16"."has_failed") AS "rework_rate__numerator",
  COUNT(*) FILTER(WHERE
    NOT "t16"."case_id" IS NULL) AS "rework_rate__denominator"
FROM (
  SELECT
    "t15"."case_id",
    "t15"."fails",
    "t15"."of_case",
    "t15"."by_unit",
    "t15"."shelved_at",
    "t15"."category_id",
    "t15"."scope_province",
    "t15"."scope_city",
    "t15"."scope_district",
    "t15"."scope_street",
    "t15"."scope_community",
    "t15"."scope_grid",
    "t15"."organisation_id",
    "t15"."has_failed",
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
        "t13"."fails",
        "t13"."of_case",
        "t13"."by_unit",
        "t13"."shelved_at",
        "t13"."category_id",
        "t13"."scope_province",
        "t13"."scope_city",
        "t13"."scope_district",
        "t13"."scope_street",
        "t13"."scope_community",
        "t13"."scope_grid",
        "t13"."by_unit" AS "organisation_id",
        "t13"."fails" > 0 AS "has_failed"
      FROM (
        SELECT
          "t12"."case_id",
          "t12"."fails",
          "t6"."of_case",
          "t6"."by_unit",
          "t6"."shelved_at",
          "t6"."category_id",
          "t6"."scope_province",
          "t6"."scope_city",
          "t6"."scope_district",
          "t6"."scope_street",
          "t6"."scope_community",
          "t6"."scope_grid"
        FROM (
          SELECT
            "t10"."case_id",
            COUNT(*) FILTER(WHERE
              "t10"."action" = 'fail') AS "fails"
          FROM (
            SELECT
              "t9"."id",
              "t9"."case_id",
              "t9"."action"
            FROM (
              SELECT
                "t4"."id",
                "t4"."case_id",
                "t4"."action"
              FROM (
                SELECT
                  *
                FROM "cases_caselog" AS "t1"
                WHERE
                  "t1"."action" IN ('pass', 'fail')
                  AND "t1"."at" >= %(start)s
                  AND "t1"."at" < %(end)s
              ) AS "t4"
            ) AS "t9"
            WHERE
              NOT EXISTS(
                SELECT
                  1
                FROM (
                  SELECT DISTINCT
                    "t2"."log_id" AS "waived_log"
                  FROM "cases_appeal" AS "t2"
                  WHERE
                    "t2"."state" = 'upheld' AND NOT "t2"."log_id" IS NULL
                ) AS "t7"
                WHERE
                  "t9"."id" = "t7"."waived_log"
              )
          ) AS "t10"
          GROUP BY
            1
        ) AS "t12"
        INNER JOIN (
          SELECT
            "t0"."id" AS "of_case",
            COALESCE("t0"."handled_by_id", "t0"."lead_organisation_id") AS "by_unit",
            "t0"."shelved_at",
            "t0"."category_id",
            "t0"."scope_province",
            "t0"."scope_city",
            "t0"."scope_district",
            "t0"."scope_street",
            "t0"."scope_community",
            "t0"."scope_grid"
          FROM "cases_case" AS "t0"
          WHERE
            "t0"."state" <> 'merged'
        ) AS "t6"
          ON "t12"."case_id" = "t6"."of_case"
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
GROUP BY
  1
