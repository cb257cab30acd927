"""The hidden tests of the assignment nn_framework."""
