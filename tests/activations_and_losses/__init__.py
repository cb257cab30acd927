"""The hidden tests of the assignment activations_and_losses."""
