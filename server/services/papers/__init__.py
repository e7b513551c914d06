"""The papers of a case: what a letter is filled with, how a draft reads, who reads which."""
