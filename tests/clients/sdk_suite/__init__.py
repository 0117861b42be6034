"""The whole test suite of anaplan-sdk, run against the sandbox."""
