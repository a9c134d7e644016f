"""Benchmarks: ratios within one run, never times. `make bench` prints them."""
