"""Pages of the case context: a request becomes an actor and a form, one call, one template."""
