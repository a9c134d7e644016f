"""Reports in the contract: what is asked (`inputs`), answered (`answers`, `metrics`), and there to ask (`choices`)."""
