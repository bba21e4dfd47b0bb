"""The patients' pages in each language: one file a language, named by its code, all with the same keys.

To add one: copy `en.py`, put it into the other language, and name its code in `words.Language`. A test compares keys
and places of all files. Pages whose words are elsewhere (`confirming_words`, `signing_words`) need theirs there too.
"""
