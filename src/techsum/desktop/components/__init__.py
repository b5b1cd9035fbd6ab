"""What is drawn: one file a screen. Components draw a state and call an action; they decide nothing."""
