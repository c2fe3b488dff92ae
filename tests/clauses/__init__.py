"""Every clause of the five policies that is kept, shown end to end: one module for each pack."""
