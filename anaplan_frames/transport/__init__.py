"""HTTP to Anaplan's services: logins, tokens, retries, the rate limit and errors."""

from anaplan_frames.transport.answer_bodies import Content
from anaplan_frames.transport.client import Transport
from anaplan_frames.transport.failures import AnswerLost

__all__ = ["AnswerLost", "Content", "Transport"]
