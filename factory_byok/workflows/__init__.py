"""What a verb does in more than one step: asked, planned, written, looked at again."""
