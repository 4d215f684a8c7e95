"""A language model as an instrument: it reads a rubric and a material, and says pass, fail, or that it cannot tell."""
