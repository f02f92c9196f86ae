"""What is said to a platform of the city and heard from it: in its own words, by whichever way it is reached."""
