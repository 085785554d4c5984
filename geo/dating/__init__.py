"""The parts of the time tagger that ``geo.dates`` puts together: calendar, words, grammar, tense, readers."""
