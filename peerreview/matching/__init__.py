"""Pairs and rings from profiles. Pure: everything that a pairing follows from comes in as values.

`pairing` is the door: a `Round` in, a `Matching` to ask. Within: `reading` and `weighing` (files), `rules`,
`scoring`, `reasons`; then whole numbers only: `solving` on `blossoms`, `search`, `rings` and `certificate`.
"""
