"""anaplan-sdk's transactional clients against the sandbox."""
