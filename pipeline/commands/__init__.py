"""What the command line does beside the stages: a module a command, or what a command shares."""
