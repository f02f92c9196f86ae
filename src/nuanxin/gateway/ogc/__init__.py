"""OGC API – Features, Part 1: what is public about places, for maps, GIS programs and data portals."""
