"""知问: the library, the retrieval and the checked answers. Start reading at `kb.answer.Assistant.ask`."""
