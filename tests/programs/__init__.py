"""Programs that tests run in a process of their own, because they need their own backend or devices."""
