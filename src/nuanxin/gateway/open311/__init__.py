"""Open311 GeoReport v2: arguments, answers and errors as the standard shapes them, in JSON and XML."""
