"""The main job, shown on real data: all flights that left New York's airports in 2013."""

from anaplan_frames.demo.samples import sample

__all__ = ["sample"]
