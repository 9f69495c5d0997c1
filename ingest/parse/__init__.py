"""One file a format; each turns bytes into blocks of text with page and offset."""
