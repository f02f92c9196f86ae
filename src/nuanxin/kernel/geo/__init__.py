"""Where things are: WGS-84 `lng, lat` and one indexed H3 cell (`design.md` §7).

`coordinates` converts between systems and measures, `models.GeoPoint` stores, `queries` finds near a point
and in a box.
"""
