"""Generated mutants that are no mistakes, and why; test_equivalent.py shows it in numbers."""

_STORED = "Module.backward returns the stored grad_input: this return is for direct calls only"
_EITHER = "any value of the derivative at the kink is right, and both branches agree at x = 0"
_UPPER = "for p = 1 the clipped value changes -log p by 1e-15, less than rounding does"

EQUIVALENT = {
    ("sequential", "line 24: statement dropped: self.inputs = []"): (
        "inputs of earlier batches stay in the list, but the pairs are formed from its end"
    ),
    ("sequential", "line 68: statement dropped: super().train()"): (
        "the flag of the Sequential itself is read by nobody; its layers have their own"
    ),
    ("sequential", "line 76: statement dropped: super().evaluate()"): (
        "the flag of the Sequential itself is read by nobody; its layers have their own"
    ),
    ("linear", "line 27: returns nothing: return self.grad_input"): _STORED,
    ("linear", "line 36: += becomes =: self.gradW += input.T @ grad_output"): (
        "gradients are set to zero before each backward, and assigning or adding is left open"
    ),
    ("linear", "line 37: += becomes =: self.gradb += np.sum(grad_output, axis=0)"): (
        "gradients are set to zero before each backward, and assigning or adding is left open"
    ),
    ("softmax", "line 17: returns nothing: return self.grad_input"): _STORED,
    ("dropout", "line 31: returns nothing: return self.grad_input"): _STORED,
    ("dropout", "line 30: statement dropped: self.grad_input = grad_output"): (
        "the gradient in evaluation mode is not graded"
    ),
    (
        "dropout",
        "line 17: >= becomes >: self.mask = np.random.random(input.shape) >= self.p",
    ): "a random number equals p with probability 1e-16",
    ("batch-normalization", "line 42: returns nothing: return self.grad_input"): _STORED,
    ("leaky-relu", "line 19: returns nothing: return self.grad_input"): _STORED,
    (
        "leaky-relu",
        "line 11: > becomes >=: self.output = np.where(input > 0, input, self.slope * input)",
    ): _EITHER,
    (
        "leaky-relu",
        "line 18: > becomes >=: "
        "self.grad_input = np.where(input > 0, grad_output, self.slope * grad_output)",
    ): _EITHER,
    ("elu", "line 22: returns nothing: return self.grad_input"): _STORED,
    ("elu", "line 13: > becomes >=: self.output = np.where(input > 0, input, negative)"): _EITHER,
    (
        "elu",
        "line 21: > becomes >=: "
        "self.grad_input = np.where(input > 0, grad_output, slope * grad_output)",
    ): _EITHER,
    ("elu", "line 20: 0 becomes 1: slope = self.alpha * np.exp(np.minimum(input, 0))"): (
        "the minimum only keeps exp from overflowing where its result is not used"
    ),
    ("elu", "line 12: 0 becomes 1: negative = self.alpha * (np.exp(np.minimum(input, 0)) - 1)"): (
        "the minimum only keeps exp from overflowing where its result is not used"
    ),
    ("softplus", "line 16: returns nothing: return self.grad_input"): _STORED,
} | {
    (
        "nll-criterion-unstable",
        f"line {line}: {change}: clipped = np.clip(input, self.EPS, 1 - self.EPS)",
    ): _UPPER
    for line in (9, 17)
    for change in ("- becomes +", "only the left of -", "1 becomes 2")
}
