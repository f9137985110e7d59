"""How a free text is judged: by four criteria, each with its evidence in the text."""
