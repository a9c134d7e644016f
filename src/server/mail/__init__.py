"""Mail that is sent: what it says, how it leaves, and who sees to it that it does."""
