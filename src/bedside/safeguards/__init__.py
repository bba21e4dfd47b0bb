"""What protects the records: practices apart, staff known, keys held, acts written down."""
