"""What administrators and dispatchers type in. Rules live in the services; forms say what is asked."""
