"""The pure heart of reports: what columns there are, who may use which, how they are computed, and what they give away.

| module | what it says |
|--|--|
| `measures` | what is summed over which facts: the database layer makes SQL from it |
| `columns`, `dimensions` | the built-in columns and dimensions, one entry each |
| `formulas` | the language of formulas: parse, print, evaluate |
| `catalogue` | columns and custom metrics with what they need (closure) and their values at one level (M1) |
| `lists` | effective list, usability, reasons, what a list takes from entities (RC1 to RC4, RC6, RC7) |
| `metrics` | which custom metrics exist for whom, and what one may bring together (RC6, RC7) |
| `delegation` | who may change whose list (RC8, RC9) |
| `inference`, `exposure` | whether visible columns give a hidden one away, with witness and repair (RC7) |

A report runs like this: `catalogue_of(custom metrics)`; `effective_list`; a `Reader` of the lens; `usable`, which every
key must be in that is selected, filtered, sorted or compared; the `needs` of those that are computed, for the sums to
take; then `Catalogue.computed`, column by column, for all groups together and once for the totals.
"""
