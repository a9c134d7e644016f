"""The history of the schema. Each version is a file in `versions`; `sightline.db.migrate` runs them.

A version may keep its statements in SQL files beside it. What was released is never edited: the next one corrects it.
"""
