"""Reports as files: `GET /exports/{id}`, computed while it is fetched, with the rights of that moment (RC11).

| module | what it does |
|--|--|
| `cells` | a row of a report as the cells of a file |
| `neutral` | texts that a spreadsheet would take for formulas (N44) |
| `streams`, `sheets` | files that are sent as they are written; files that are written first |
| `fetching` | one fetch: slot, snapshot, pieces, and whether it may go on |
| `endpoint` | the same over HTTP |
| `scheduling` | what schedules deliver: exports that wait for their owner |
"""
