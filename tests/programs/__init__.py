"""Programs that tests run in a process of their own, with their own backend or devices."""
