"""The console: pages of the sandbox for a browser, which show what it holds and change nothing."""
