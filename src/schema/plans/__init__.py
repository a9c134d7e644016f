"""Plans: what a selection asks, decided once and answered column by column.

The standard executor decides at every cell of every row what to do. A plan decides it once, for a selection of a
document in one view, and then answers all rows of a level together: one statement for each edge, one pass for each
field. The standard executor remains for whatever a plan does not know, and is what plans are compared with.

    columns.py     what a plan is made of
    leaves.py      scalars and enums, as they are written
    rows.py        fields of rows: cells, amounts, references, connections below rows
    pages.py       fields of connections
    objects.py     fields of plain objects, such as those of reports
    compiling.py   from a selection to its plan
    executor.py    where plans are kept, and when they are used
"""
