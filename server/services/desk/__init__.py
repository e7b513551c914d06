"""What somebody keeps for himself beside the work: phrases, filters, days to look again."""
