"""Results in the formats of other programs: tidy tables, spreadsheets, motion files, health records, JSON Schema.

May import: core, catalog and sibling files of `report`. Optional libraries are loaded by the file that needs them.
"""
