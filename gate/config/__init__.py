"""gate.yaml and case files → Suite."""
