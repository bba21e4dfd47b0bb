"""Excel workbooks (.xlsx) read as a stream, each sheet as the lines of a CSV file."""
