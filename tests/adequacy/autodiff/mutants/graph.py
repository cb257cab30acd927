"""Wrong implementations of ComputationalGraph."""


# %% base
class ComputationalGraph:
    """A program as gates that are connected by named values.

    gates: from the name of a gate's output to the gate
    inputs: from the name of a gate's output to the names of the gate's inputs, a tuple
    """

    def __init__(self):
        self.gates = {}
        self.inputs = {}

    def add(self, name, gate, *inputs):
        """The value called name is computed by the gate from the values called inputs."""
        self.gates[name] = gate
        self.inputs[name] = inputs

    def order(self):
        """The names of all gates' outputs, each after those that it is computed from; a list."""
        found = []
        while len(found) < len(self.gates):
            for name in self.gates:
                waits_for = [i for i in self.inputs[name] if i in self.gates and i not in found]
                if name not in found and not waits_for:
                    found.append(name)
        return found

    def forward(self, inputs):
        """Run every gate once.

        inputs: a dict from the names of the inputs to arrays or numbers
        returns: a dict from all names to their values
        """
        self.values = dict(inputs)
        for name in self.order():
            arguments = [self.values[i] for i in self.inputs[name]]
            self.values[name] = self.gates[name].forward(*arguments)
        return self.values

    def backward(self, output, upstream=None):
        """The gradient of one value with respect to all values.

        output: the name of the value to differentiate
        upstream: the gradient to start with, shaped like the output; ones where it is None
        returns: a dict from all names to gradients, each shaped like its value
        """
        gradients = {name: np.zeros(np.shape(value)) for name, value in self.values.items()}
        if upstream is None:
            upstream = np.ones(np.shape(self.values[output]))
        gradients[output] = upstream
        for name in reversed(self.order()):
            contributions = self.gates[name].backward(gradients[name])
            for input, contribution in zip(self.inputs[name], contributions):
                gradients[input] = gradients[input] + contribution
        return gradients


# %% mutant: order-of-adding
# method: several
# wrong: the order in which gates were added
class ComputationalGraph(ComputationalGraph):
    def order(self):
        return list(self.gates)


# %% mutant: order-reversed
# method: several
# wrong: from the output to the inputs
class ComputationalGraph(ComputationalGraph):
    def order(self):
        return super().order()[::-1]


# %% mutant: order-alphabetical
# method: several
# wrong: sorted by name
class ComputationalGraph(ComputationalGraph):
    def order(self):
        return sorted(self.gates)


# %% mutant: order-with-inputs
# method: several
# wrong: the inputs of the program are in the list too
class ComputationalGraph(ComputationalGraph):
    def order(self):
        names = {name for used in self.inputs.values() for name in used} - set(self.gates)
        return sorted(names) + super().order()

    def forward(self, inputs):
        self.values = dict(inputs)
        for name in super().order():
            arguments = [self.values[i] for i in self.inputs[name]]
            self.values[name] = self.gates[name].forward(*arguments)
        return self.values


# %% mutant: order-by-levels-from-inputs
# method: several
# wrong: breadth first from the inputs: a gate may come before its second input
class ComputationalGraph(ComputationalGraph):
    def order(self):
        found, front = [], {name for used in self.inputs.values() for name in used} - set(self.gates)
        while front:
            ready = [n for n in self.gates if n not in found and front & set(self.inputs[n])]
            found += ready
            front = set(ready)
        return found


# %% mutant: order-names-twice
# method: several
# wrong: a gate is named once for each gate that uses it
class ComputationalGraph(ComputationalGraph):
    def order(self):
        found = []

        def visit(name):
            if name in self.gates:
                for used in self.inputs[name]:
                    visit(used)
                found.append(name)

        for name in self.gates:
            visit(name)
        return found

    def forward(self, inputs):
        self.values = dict(inputs)
        for name in dict.fromkeys(self.order()):
            self.values[name] = self.gates[name].forward(*(self.values[i] for i in self.inputs[name]))
        return self.values

    def backward(self, output, upstream=None):
        keep, self.order = self.order, lambda: list(dict.fromkeys(ComputationalGraph.order(self)))
        try:
            return super().backward(output, upstream)
        finally:
            self.order = keep


# %% mutant: order-kept-for-ever
# method: several
# wrong: computed once, although gates are added later
class ComputationalGraph(ComputationalGraph):
    def order(self):
        if not hasattr(self, "kept"):
            self.kept = super().order()
        return self.kept


# %% mutant: order-as-set
# method: several
# wrong: a set has no order
class ComputationalGraph(ComputationalGraph):
    def order(self):
        return set(super().order())


# %% mutant: order-two-passes
# method: several
# wrong: goes through the gates twice only
class ComputationalGraph(ComputationalGraph):
    def order(self):
        found = []
        for _ in range(2):
            for name in self.gates:
                if name not in found and all(i in found or i not in self.gates for i in self.inputs[name]):
                    found.append(name)
        return found


# %% mutant: forward-changes-the-dict
# method: several
# wrong: values are put into the dict that was given
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        self.values = inputs
        for name in self.order():
            self.values[name] = self.gates[name].forward(*(self.values[i] for i in self.inputs[name]))
        return self.values


# %% mutant: forward-returns-the-last
# method: several
# wrong: the last value in place of all
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        return super().forward(inputs)[self.order()[-1]]


# %% mutant: forward-returns-no-inputs
# method: several
# wrong: only the gates' values
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        values = super().forward(inputs)
        return {name: values[name] for name in self.gates}


# %% mutant: forward-returns-nothing
# method: several
# wrong: no return
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        super().forward(inputs)


# %% mutant: forward-keeps-old-values
# method: several
# wrong: values that are there are not computed again
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        self.values = {**getattr(self, "values", {}), **inputs}
        for name in self.order():
            if name not in self.values:
                self.values[name] = self.gates[name].forward(*(self.values[i] for i in self.inputs[name]))
        return self.values


# %% mutant: forward-recomputes
# method: several
# wrong: every use of a value runs its gate again
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        def value(name):
            if name in inputs:
                return inputs[name]
            return self.gates[name].forward(*(value(i) for i in self.inputs[name]))

        self.values = {**inputs, **{name: value(name) for name in self.gates}}
        return self.values


# %% mutant: forward-arguments-sorted
# method: several
# wrong: the arguments are in alphabetical order
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        self.values = dict(inputs)
        for name in self.order():
            arguments = [self.values[i] for i in sorted(self.inputs[name])]
            self.values[name] = self.gates[name].forward(*arguments)
        return self.values


# %% mutant: forward-arguments-unique
# method: several
# wrong: an argument that is used twice is passed once
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        self.values = dict(inputs)
        for name in self.order():
            arguments = [self.values[i] for i in dict.fromkeys(self.inputs[name])]
            self.values[name] = self.gates[name].forward(*arguments)
        return self.values


# %% mutant: backward-in-order
# method: several
# wrong: in the order of forward
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        gradients = {name: np.zeros(np.shape(value)) for name, value in self.values.items()}
        gradients[output] = gradients[output] + (1.0 if upstream is None else upstream)
        for name in self.order():
            for input, part in zip(self.inputs[name], self.gates[name].backward(gradients[name])):
                gradients[input] = gradients[input] + part
        return gradients


# %% mutant: backward-reverse-of-adding
# method: several
# wrong: in the reverse of the order in which gates were added
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        gradients = {name: np.zeros(np.shape(value)) for name, value in self.values.items()}
        gradients[output] = gradients[output] + (1.0 if upstream is None else upstream)
        for name in reversed(list(self.gates)):
            for input, part in zip(self.inputs[name], self.gates[name].backward(gradients[name])):
                gradients[input] = gradients[input] + part
        return gradients


# %% mutant: backward-overwrites
# method: several
# wrong: the last contribution in place of the sum
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        gradients = {name: np.zeros(np.shape(value)) for name, value in self.values.items()}
        gradients[output] = gradients[output] + (1.0 if upstream is None else upstream)
        for name in reversed(self.order()):
            for input, part in zip(self.inputs[name], self.gates[name].backward(gradients[name])):
                gradients[input] = np.zeros(np.shape(self.values[input])) + part
        return gradients


# %% mutant: backward-first-contribution
# method: several
# wrong: the first contribution in place of the sum
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        gradients = {output: np.ones(np.shape(self.values[output])) if upstream is None else upstream}
        for name in reversed(self.order()):
            if name in gradients:
                for input, part in zip(self.inputs[name], self.gates[name].backward(gradients[name])):
                    gradients.setdefault(input, part)
        return {name: gradients.get(name, np.zeros(np.shape(self.values[name]))) for name in self.values}


# %% mutant: backward-averages
# method: several
# wrong: the mean of the contributions
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        found = {name: [] for name in self.values}
        found[output].append(np.ones(np.shape(self.values[output])) if upstream is None else upstream)
        gradients = {}
        for name in [*reversed(self.order()), *(n for n in self.values if n not in self.gates)]:
            parts = found[name] or [np.zeros(np.shape(self.values[name]))]
            gradients[name] = sum(parts) / len(parts)
            if name in self.gates:
                for input, part in zip(self.inputs[name], self.gates[name].backward(gradients[name])):
                    found[input].append(part)
        return gradients


# %% mutant: backward-adds-in-place
# method: several
# wrong: += on an array that a gate has handed to two inputs
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        gradients = {output: np.ones(np.shape(self.values[output])) if upstream is None else upstream}
        for name in reversed(self.order()):
            if name not in gradients:
                continue
            for input, part in zip(self.inputs[name], self.gates[name].backward(gradients[name])):
                if input in gradients:
                    gradients[input] += part
                else:
                    gradients[input] = part
        return {name: gradients.get(name, np.zeros(np.shape(self.values[name]))) for name in self.values}


# %% mutant: backward-ignores-upstream
# method: several
# wrong: always starts with ones
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        return super().backward(output)


# %% mutant: backward-starts-with-a-number
# method: several
# wrong: the gradient of the output is the number 1, whatever its shape
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        gradients = super().backward(output, upstream)
        if upstream is None:
            gradients[output] = 1.0
        return gradients


# %% mutant: backward-starts-at-the-last
# method: several
# wrong: the output is always the last gate
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        return super().backward(self.order()[-1], upstream)


# %% mutant: backward-accumulates
# method: several
# wrong: gradients of the last backward are kept and added to
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        found = super().backward(output, upstream)
        kept = getattr(self, "kept", {})
        same = kept if {n: np.shape(g) for n, g in kept.items()} == {n: np.shape(g) for n, g in found.items()} else {}
        self.kept = {name: gradient + same.get(name, 0.0) for name, gradient in found.items()}
        return self.kept


# %% mutant: backward-inputs-only
# method: several
# wrong: gradients of the inputs only
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        found = super().backward(output, upstream)
        return {name: gradient for name, gradient in found.items() if name not in self.gates}


# %% mutant: backward-none-for-unused
# method: several
# wrong: None where the output does not depend on a value
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        found = super().backward(output, upstream)
        return {name: gradient if np.any(gradient) else None for name, gradient in found.items()}


# %% mutant: backward-zero-is-a-number
# method: several
# wrong: the number 0 in place of zeros
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        found = super().backward(output, upstream)
        return {name: gradient if np.any(gradient) else 0.0 for name, gradient in found.items()}


# %% mutant: backward-once-for-each-use
# method: several
# wrong: backward of a gate runs for each contribution that arrives
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        gradients = {name: np.zeros(np.shape(value)) for name, value in self.values.items()}

        def spread(name, part):
            gradients[name] = gradients[name] + part
            if name in self.gates:
                for input, own in zip(self.inputs[name], self.gates[name].backward(part)):
                    spread(input, own)

        start = np.ones(np.shape(self.values[output])) if upstream is None else upstream
        spread(output, start)
        return gradients


# %% mutant: backward-returns-nothing
# method: several
# wrong: no return
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        super().backward(output, upstream)


# %% mutant: backward-stops-after-one-gate
# method: several
# wrong: only the output's own gate
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        gradients = {name: np.zeros(np.shape(value)) for name, value in self.values.items()}
        gradients[output] = gradients[output] + (1.0 if upstream is None else upstream)
        if output in self.gates:
            for input, part in zip(self.inputs[output], self.gates[output].backward(gradients[output])):
                gradients[input] = gradients[input] + part
        return gradients


# %% mutant: state-in-the-class
# method: several
# wrong: values are shared by all graphs
class ComputationalGraph(ComputationalGraph):
    shared = {}

    def forward(self, inputs):
        values = super().forward(inputs)
        ComputationalGraph.shared = dict(values)
        return values

    def backward(self, output, upstream=None):
        self.values = ComputationalGraph.shared
        return super().backward(output, upstream)


# %% mutant: gates-in-the-class
# method: several
# wrong: gates are shared by all graphs
class ComputationalGraph(ComputationalGraph):
    all_gates, all_inputs = {}, {}

    def __init__(self):
        self.gates, self.inputs = ComputationalGraph.all_gates, ComputationalGraph.all_inputs


# %% mutant: upstream-changed
# method: several
# wrong: the gradient that was given is changed in place
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        found = super().backward(output, upstream)
        if isinstance(upstream, np.ndarray):
            upstream[...] = 0
        return found


# %% mutant: numbers-refused
# method: several
# wrong: inputs have to be arrays
class ComputationalGraph(ComputationalGraph):
    def forward(self, inputs):
        return super().forward({name: value.copy() for name, value in inputs.items()})


# %% mutant: numeric-differences
# method: several
# wrong: central differences of forward
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        base = {n: np.array(v, dtype=float) for n, v in self.values.items()}
        weights = np.ones(base[output].shape) if upstream is None else upstream

        def result(changed, index, step):
            values = {n: v for n, v in base.items() if n not in self.gates}
            for name in [*values, *self.order()]:
                if name in self.gates:
                    values[name] = self.gates[name].forward(*(values[i] for i in self.inputs[name]))
                if name == changed:
                    values[name] = np.array(values[name], dtype=float)
                    values[name][index] += step
            return np.sum(weights * values[output])

        gradients = {}
        for name, value in base.items():
            gradients[name] = np.zeros(value.shape)
            for index in np.ndindex(*value.shape):
                ahead, behind = result(name, index, 1e-5), result(name, index, -1e-5)
                gradients[name][index] = (ahead - behind) / 2e-5
        return gradients


# %% mutant: numeric-complex-step
# method: several
# wrong: a complex step through forward
class ComputationalGraph(ComputationalGraph):
    def backward(self, output, upstream=None):
        found = super().backward(output, upstream)
        for name in self.values:
            if name not in self.gates and np.ndim(self.values[name]) == 0:
                values = {n: v for n, v in self.values.items() if n not in self.gates}
                values[name] = values[name] + 1e-30j
                for gate in self.order():
                    values[gate] = self.gates[gate].forward(*(values[i] for i in self.inputs[gate]))
                weights = 1.0 if upstream is None else upstream
                found[name] = np.sum(weights * np.imag(values[output])) / 1e-30
        return found
