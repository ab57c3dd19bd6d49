"""The whole city at a Bot API server: people with telephones on one side, the running system on the other."""
