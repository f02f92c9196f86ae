-- Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date.
SELECT
  "t13"."key",
  COUNT(*) FILTER(WHERE
    "t13"."contacted") AS "response_rate__numerator",
  COUNT(*) FILTER(WHERE
    NOT "t13"."case_id" IS NULL) AS "response_rate__denominator",
  COUNT(*) FILTER(WHERE
    "t13"."solved") AS "resolution_rate__numerator",
  COUNT(*) FILTER(WHERE
    NOT "t13"."case_id" IS NULL) AS "resolution_rate__denominator",
  COUNT(*) FILTER(WHERE
    "t13"."satisfied" AND "t13"."is_counted") AS "satisfaction_rate__numerator",
  COUNT(*) FILTER(WHERE
    "t13"."is_counted") AS "satisfaction_rate__denominator"
FROM (
  SELECT
    "t12"."id",
    "t12"."case_id",
    "t12"."contacted",
    "t12"."solved",
    "t12"."satisfied",
    "t12"."of_case",
    "t12"."by_unit",
    "t12"."shelved_at",
    "t12"."category_id",
    "t12"."scope_province",
    "t12"."scope_city",
    "t12"."scope_district",
    "t12"."scope_street",
    "t12"."scope_community",
    "t12"."scope_grid",
    "t12"."waived_rating",
    "t12"."organisation_id",
    "t12"."is_counted",
    CASE
      WHEN %(by)s = 'province'
      THEN "t12"."scope_province"
      WHEN %(by)s = 'city'
      THEN "t12"."scope_city"
      WHEN %(by)s = 'district'
      THEN "t12"."scope_district"
      WHEN %(by)s = 'street'
      THEN "t12"."scope_street"
      WHEN %(by)s = 'community'
      THEN "t12"."scope_community"
      WHEN %(by)s = 'grid'
      THEN "t12"."scope_grid"
      WHEN %(by)s = 'major'
      THEN SUBSTRING("t12"."category_id" FROM CASE WHEN (
        0 + 1
      ) >= 1 THEN 0 + 1 ELSE 0 + 1 + LENGTH("t12"."category_id") END FOR 2)
      WHEN %(by)s = 'unit'
      THEN COALESCE(CAST("t12"."organisation_id" AS VARCHAR), '')
      ELSE ''
    END AS "key"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t10"."id",
        "t10"."case_id",
        "t10"."contacted",
        "t10"."solved",
        "t10"."satisfied",
        "t10"."of_case",
        "t10"."by_unit",
        "t10"."shelved_at",
        "t10"."category_id",
        "t10"."scope_province",
        "t10"."scope_city",
        "t10"."scope_district",
        "t10"."scope_street",
        "t10"."scope_community",
        "t10"."scope_grid",
        "t10"."waived_rating",
        "t10"."by_unit" AS "organisation_id",
        "t10"."waived_rating" IS NULL AS "is_counted"
      FROM (
        SELECT
          "t9"."id",
          "t9"."case_id",
          "t9"."contacted",
          "t9"."solved",
          "t9"."satisfied",
          "t6"."of_case",
          "t6"."by_unit",
          "t6"."shelved_at",
          "t6"."category_id",
          "t6"."scope_province",
          "t6"."scope_city",
          "t6"."scope_district",
          "t6"."scope_street",
          "t6"."scope_community",
          "t6"."scope_grid",
          "t7"."waived_rating"
        FROM (
          SELECT
            "t3"."id",
            "t3"."case_id",
            "t3"."contacted",
            "t3"."solved",
            "t3"."satisfied"
          FROM (
            SELECT
              *
            FROM "cases_rating" AS "t0"
            WHERE
              "t0"."at" >= %(start)s AND "t0"."at" < %(end)s
          ) AS "t3"
        ) AS "t9"
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
        ) AS "t6"
          ON "t9"."case_id" = "t6"."of_case"
        LEFT OUTER JOIN (
          SELECT DISTINCT
            "t2"."rating_id" AS "waived_rating"
          FROM "cases_appeal" AS "t2"
          WHERE
            "t2"."state" = 'upheld' AND NOT "t2"."rating_id" IS NULL
        ) AS "t7"
          ON "t9"."id" = "t7"."waived_rating"
      ) AS "t10"
    ) AS "t11"
    WHERE
      CASE
        WHEN %(level)s = 'province'
        THEN "t11"."scope_province"
        WHEN %(level)s = 'city'
        THEN "t11"."scope_city"
        WHEN %(level)s = 'district'
        THEN "t11"."scope_district"
        WHEN %(level)s = 'street'
        THEN "t11"."scope_street"
        WHEN %(level)s = 'community'
        THEN "t11"."scope_community"
        WHEN %(level)s = 'grid'
        THEN "t11"."scope_grid"
        ELSE %(scope)s
      END = %(scope)s
      AND (
        (
          %(unit)s = 0
        ) OR (
          "t11"."organisation_id" = %(unit)s
        )
      )
  ) AS "t12"
) AS "t13"
GROUP BY
  1
