-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT
  "t9"."key",
  COUNT(*) FILTER(WHERE
    "t9"."is_closed" AND "t9"."has_recurred") AS "recurrence_rate__numerator",
  COUNT(*) FILTER(WHERE
    "t9"."is_closed") AS "recurrence_rate__denominator",
  COUNT(*) FILTER(WHERE
    "t9"."is_closed" AND (
      "t9"."outcome" = 'solved'
    )) AS "solved_rate__numerator",
  COUNT(*) FILTER(WHERE
    "t9"."is_closed") AS "solved_rate__denominator",
  COUNT(*) FILTER(WHERE
    "t9"."is_closed" AND (
      "t9"."outcome" = 'solved'
    )) AS "closure_composition__solved",
  COUNT(*) FILTER(WHERE
    "t9"."is_closed" AND (
      "t9"."outcome" = 'explained'
    )) AS "closure_composition__explained",
  COUNT(*) FILTER(WHERE
    "t9"."is_closed" AND (
      "t9"."outcome" = 'transferred'
    )) AS "closure_composition__transferred",
  COUNT(*) FILTER(WHERE
    NOT (
      "t9"."is_closed"
    )) AS "closure_composition__shelved",
  COUNT(*) FILTER(WHERE
    NOT "t9"."case_id" IS NULL) AS "closure_composition__denominator"
FROM (
  SELECT
    "t8"."case_id",
    "t8"."organisation_id",
    "t8"."category_id",
    "t8"."scope_province",
    "t8"."scope_city",
    "t8"."scope_district",
    "t8"."scope_street",
    "t8"."scope_community",
    "t8"."scope_grid",
    "t8"."outcome",
    "t8"."is_closed",
    "t8"."again_of",
    "t8"."has_recurred",
    CASE
      WHEN %(by)s = 'province'
      THEN "t8"."scope_province"
      WHEN %(by)s = 'city'
      THEN "t8"."scope_city"
      WHEN %(by)s = 'district'
      THEN "t8"."scope_district"
      WHEN %(by)s = 'street'
      THEN "t8"."scope_street"
      WHEN %(by)s = 'community'
      THEN "t8"."scope_community"
      WHEN %(by)s = 'grid'
      THEN "t8"."scope_grid"
      WHEN %(by)s = 'major'
      THEN SUBSTRING("t8"."category_id" FROM CASE WHEN (
        0 + 1
      ) >= 1 THEN 0 + 1 ELSE 0 + 1 + LENGTH("t8"."category_id") END FOR 2)
      WHEN %(by)s = 'unit'
      THEN COALESCE(CAST("t8"."organisation_id" AS VARCHAR), '')
      ELSE ''
    END AS "key"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t6"."case_id",
        "t6"."organisation_id",
        "t6"."category_id",
        "t6"."scope_province",
        "t6"."scope_city",
        "t6"."scope_district",
        "t6"."scope_street",
        "t6"."scope_community",
        "t6"."scope_grid",
        "t6"."outcome",
        "t6"."is_closed",
        "t6"."again_of",
        NOT "t6"."again_of" IS NULL AS "has_recurred"
      FROM (
        SELECT
          "t5"."case_id",
          "t5"."organisation_id",
          "t5"."category_id",
          "t5"."scope_province",
          "t5"."scope_city",
          "t5"."scope_district",
          "t5"."scope_street",
          "t5"."scope_community",
          "t5"."scope_grid",
          "t5"."outcome",
          "t5"."is_closed",
          "t2"."again_of"
        FROM (
          SELECT
            "t3"."id" AS "case_id",
            COALESCE("t3"."handled_by_id", "t3"."lead_organisation_id") AS "organisation_id",
            "t3"."category_id",
            "t3"."scope_province",
            "t3"."scope_city",
            "t3"."scope_district",
            "t3"."scope_street",
            "t3"."scope_community",
            "t3"."scope_grid",
            "t3"."outcome",
            NOT "t3"."closed_at" IS NULL AS "is_closed"
          FROM (
            SELECT
              *
            FROM "cases_case" AS "t0"
            WHERE
              (
                (
                  "t0"."closed_at" >= %(start)s
                )
                AND (
                  "t0"."closed_at" < %(end)s
                )
                AND (
                  "t0"."outcome" <> ''
                )
              )
              OR (
                (
                  "t0"."closed_at" IS NULL
                ) AND (
                  "t0"."shelved_at" < %(end)s
                )
              )
          ) AS "t3"
        ) AS "t5"
        LEFT OUTER JOIN (
          SELECT DISTINCT
            "t0"."recurs_id" AS "again_of"
          FROM "cases_case" AS "t0"
          WHERE
            NOT "t0"."recurs_id" IS NULL
        ) AS "t2"
          ON "t5"."case_id" = "t2"."again_of"
      ) AS "t6"
    ) AS "t7"
    WHERE
      CASE
        WHEN %(level)s = 'province'
        THEN "t7"."scope_province"
        WHEN %(level)s = 'city'
        THEN "t7"."scope_city"
        WHEN %(level)s = 'district'
        THEN "t7"."scope_district"
        WHEN %(level)s = 'street'
        THEN "t7"."scope_street"
        WHEN %(level)s = 'community'
        THEN "t7"."scope_community"
        WHEN %(level)s = 'grid'
        THEN "t7"."scope_grid"
        ELSE %(scope)s
      END = %(scope)s
      AND (
        (
          %(unit)s = 0
        ) OR (
          "t7"."organisation_id" = %(unit)s
        )
      )
  ) AS "t8"
) AS "t9"
GROUP BY
  1
