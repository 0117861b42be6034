"""The fault campaign: jobs under seeded random faults, judged by what the sandbox then holds."""
