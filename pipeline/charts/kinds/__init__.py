"""The kinds of figure, a module each: its `draw` and, in capitals, the fields of `FigureKind`."""
