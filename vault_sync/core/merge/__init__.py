"""Three-way merge of values, texts and whole documents."""
