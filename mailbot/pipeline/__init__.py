"""The flows: gather what is needed, let the core judge, apply the result in one transaction."""
