"""The main job, shown on real data: all flights that left New York's airports in 2013."""
