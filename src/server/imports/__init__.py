"""Files that are sent to be imported: taking them, and carrying the imports out beside everything else."""
