"""The hidden tests of the assignment gradient_descent."""
