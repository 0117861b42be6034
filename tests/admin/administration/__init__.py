"""Tests of the Administration API and of exception users."""
