"""Reports as SQL: sums over the authorised views of one lens, from stored sums where these hold them all.

| module | what it says |
|--|--|
| `queries` | what a report takes sums of, as data: its shape decides the statement |
| `sources` | for each fact the cheapest relation that can answer: days or hours of programs, of accounts, or the fact |
| `joins` | the authorised views that the places of dimensions lead to |
| `expressions` | dates, amounts and sums in SQL |
| `statements` | one statement for the groups of a report, one for the programs it covers |
| `settings` | what of the installation and of the viewer a report starts from: lists, currency, time zone |

Ratios are none of its business: they are computed from the sums, exactly, by `sightline.authz.reports.catalogue` (M1).
"""
