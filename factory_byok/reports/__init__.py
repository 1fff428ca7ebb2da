"""What leaves the machine: JSON, HTML, Markdown, snapshots, and their redaction."""
