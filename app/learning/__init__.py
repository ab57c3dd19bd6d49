"""What learning needs around it: files with labels, versions that are published and taken back, reports."""
