"""Fuzzing: by hypothesis in every run, longer with ``-m long``, and by atheris, by hand."""
