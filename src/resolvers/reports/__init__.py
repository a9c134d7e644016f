"""Reports: from what is asked to what is answered.

| module | what it does |
|--|--|
| `requests` | what a viewer may ask, as data, with its ceilings |
| `desk` | opens lenses: the one path a report reads, what it shows, which columns it may use |
| `metrics` | reads the custom metrics that are offered to a viewer |
| `names` | refuses columns and dimensions that are not there for the viewer, before anything runs (RC6, M6) |
| `periods` | presets, comparisons, and which buckets of two periods belong together |
| `dimension_values` | values of dimensions as they are written and read |
| `plans` | a request that may run, turned into sums to take |
| `running` | takes the sums, and computes columns from them |
| `ordering` | having, order, pages |
| `labels` | names of the rows that dimensions lead to, as the viewer sees them |
"""
