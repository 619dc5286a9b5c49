"""The sections of the text. Each renders its material to a limit of UTF-16 units (`layout.Part`)."""
