"""Tools a model may call: scripted fakes of them, and the loop that runs them."""
