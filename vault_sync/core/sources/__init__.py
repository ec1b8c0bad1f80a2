"""Papers as archives on the network describe them: whom to ask for which key, answers as facts."""
