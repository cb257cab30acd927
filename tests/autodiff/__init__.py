"""The hidden tests of the assignment autodiff."""
