"""Application Lifecycle Management: revisions of models, compared and synchronized."""
