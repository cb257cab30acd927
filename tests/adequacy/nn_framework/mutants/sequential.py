"""Wrong implementations of Sequential(): a chain of layers."""


# %% base
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []

    def add(self, module):
        self.modules.append(module)

    def update_output(self, input):
        self.outputs = []
        current = input
        for module in self.modules:
            current = module.forward(current)
            self.outputs.append(current)
        self.output = current
        return self.output

    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, 0, -1):
            grad_output = self.modules[i].backward(self.outputs[i - 1], grad_output)
        self.grad_input = self.modules[0].backward(input, grad_output)
        return self.grad_input

    def zero_grad_params(self):
        for module in self.modules:
            module.zero_grad_params()

    def get_parameters(self):
        return [module.get_parameters() for module in self.modules]

    def get_grad_params(self):
        return [module.get_grad_params() for module in self.modules]

    def train(self):
        self.training = True
        for module in self.modules:
            module.train()

    def evaluate(self):
        self.training = False
        for module in self.modules:
            module.evaluate()

    def __getitem__(self, index):
        return self.modules[index]

    def __repr__(self):
        return "\n".join(str(module) for module in self.modules)


# %% mutant: outputs-never-cleared
# method: input gradient
# wrong: outputs of the previous batch stay at the front of the list, backward reads them
class Sequential(Sequential):
    def __init__(self):
        Module.__init__(self)
        self.modules = []
        self.outputs = []

    def update_output(self, input):
        current = input
        for module in self.modules:
            current = module.forward(current)
            self.outputs.append(current)
        self.output = current
        return self.output


# %% mutant: outputs-cleared-by-zero-only
# method: input gradient
# wrong: only zero_grad_params clears the outputs: stale after two forwards
class Sequential(Sequential):
    def __init__(self):
        Module.__init__(self)
        self.modules = []
        self.outputs = []

    def update_output(self, input):
        current = input
        for module in self.modules:
            current = module.forward(current)
            self.outputs.append(current)
        self.output = current
        return self.output

    def backward(self, input, grad_output):
        outputs = self.outputs
        for i in range(len(self.modules) - 1, 0, -1):
            grad_output = self.modules[i].backward(outputs[i - 1], grad_output)
        self.grad_input = self.modules[0].backward(input, grad_output)
        return self.grad_input

    def zero_grad_params(self):
        self.outputs = []
        for module in self.modules:
            module.zero_grad_params()


# %% mutant: network-input-for-every-layer
# method: input gradient
# wrong: every layer is given the input of the network in backward
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for module in reversed(self.modules):
            grad_output = module.backward(input, grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: grad-output-unchanged
# method: input gradient
# wrong: grad_output is passed to every layer unchanged
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, 0, -1):
            self.modules[i].backward(self.outputs[i - 1], grad_output)
        self.grad_input = self.modules[0].backward(input, grad_output)
        return self.grad_input


# %% mutant: returns-grad-output
# method: input gradient
# wrong: the layers are chained rightly, but the given grad_output is returned
class Sequential(Sequential):
    def backward(self, input, grad_output):
        grad = grad_output
        for i in range(len(self.modules) - 1, 0, -1):
            grad = self.modules[i].backward(self.outputs[i - 1], grad)
        self.modules[0].backward(input, grad)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: parameter-gradients-twice
# method: parameter gradient
# wrong: calls backward and then update_grad_params of each layer: accumulated gradients are doubled
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, -1, -1):
            x = self.outputs[i - 1] if i > 0 else input
            grad = self.modules[i].backward(x, grad_output)
            self.modules[i].update_grad_params(x, grad_output)
            grad_output = grad
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: parameter-gradients-never
# method: parameter gradient
# wrong: calls only update_grad_input of the layers
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, -1, -1):
            x = self.outputs[i - 1] if i > 0 else input
            grad_output = self.modules[i].update_grad_input(x, grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: parameter-gradients-with-new-gradient
# method: parameter gradient
# wrong: update_grad_params is called with the gradient that has already passed through the layer
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, -1, -1):
            x = self.outputs[i - 1] if i > 0 else input
            grad_output = self.modules[i].update_grad_input(x, grad_output)
            try:
                self.modules[i].update_grad_params(x, grad_output)
            except ValueError:
                pass
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: parameter-gradients-with-last-gradient
# method: parameter gradient
# wrong: update_grad_params of every layer is called with the gradient of the network's output
class Sequential(Sequential):
    def backward(self, input, grad_output):
        grad = grad_output
        for i in range(len(self.modules) - 1, -1, -1):
            x = self.outputs[i - 1] if i > 0 else input
            grad = self.modules[i].update_grad_input(x, grad)
            self.modules[i].update_grad_params(x, grad_output)
        self.grad_input = grad
        return self.grad_input


# %% mutant: exactly-two-layers
# method: several
# wrong: backward is written for two layers
class Sequential(Sequential):
    def backward(self, input, grad_output):
        grad = self.modules[1].backward(self.outputs[0], grad_output)
        self.grad_input = self.modules[0].backward(input, grad)
        return self.grad_input


# %% mutant: first-and-last-layer
# method: input gradient
# wrong: backward treats the last and the first layer and forgets those between
class Sequential(Sequential):
    def backward(self, input, grad_output):
        grad = grad_output
        if len(self.modules) > 1:
            grad = self.modules[-1].backward(self.outputs[-2], grad)
        self.grad_input = self.modules[0].backward(input, grad)
        return self.grad_input


# %% mutant: at-most-three-layers
# method: input gradient
# wrong: at most three layers are treated
class Sequential(Sequential):
    def backward(self, input, grad_output):
        grad = grad_output
        for i in range(len(self.modules) - 1, max(len(self.modules) - 4, -1), -1):
            grad = self.modules[i].backward(self.outputs[i - 1] if i else input, grad)
        self.grad_input = grad
        return self.grad_input


# %% mutant: crash-with-one-layer
# method: several
# wrong: needs at least two layers: outputs[-2]
class Sequential(Sequential):
    def backward(self, input, grad_output):
        grad = self.modules[-1].backward(self.outputs[-2], grad_output)
        for i in range(len(self.modules) - 2, 0, -1):
            grad = self.modules[i].backward(self.outputs[i - 1], grad)
        if len(self.modules) > 1:
            grad = self.modules[0].backward(input, grad)
        self.grad_input = grad
        return self.grad_input


# %% mutant: backward-returns-none
# method: input gradient
# wrong: backward forgets its return
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, 0, -1):
            grad_output = self.modules[i].backward(self.outputs[i - 1], grad_output)
        self.grad_input = self.modules[0].backward(input, grad_output)


# %% mutant: returns-tuple
# method: input gradient
# wrong: returns the gradient and the list of parameter gradients
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, 0, -1):
            grad_output = self.modules[i].backward(self.outputs[i - 1], grad_output)
        self.grad_input = self.modules[0].backward(input, grad_output)
        return self.grad_input, self.get_grad_params()


# %% mutant: own-output-as-input
# method: input gradient
# wrong: off by one: each layer is given its own output
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, -1, -1):
            grad_output = self.modules[i].backward(self.outputs[i], grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: input-of-previous-layer
# method: input gradient
# wrong: off by one: each layer is given the input of the layer before it
class Sequential(Sequential):
    def update_output(self, input):
        self.inputs = []
        for module in self.modules:
            self.inputs.append(input)
            input = module.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, -1, -1):
            grad_output = self.modules[i].backward(self.inputs[max(i - 1, 0)], grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: first-layer-skipped
# method: input gradient
# wrong: the loop of backward ends before the first layer
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, 0, -1):
            grad_output = self.modules[i].backward(self.outputs[i - 1], grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: first-layer-not-returned
# method: input gradient
# wrong: the first layer is called, but its result is not used
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, 0, -1):
            grad_output = self.modules[i].backward(self.outputs[i - 1], grad_output)
        self.modules[0].backward(input, grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: last-layer-skipped
# method: input gradient
# wrong: the loop of backward starts at the layer before the last
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 2, -1, -1):
            grad_output = self.modules[i].backward(
                self.outputs[i - 1] if i > 0 else input, grad_output
            )
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-in-forward-order
# method: input gradient
# wrong: backward goes from the first layer to the last
class Sequential(Sequential):
    def update_output(self, input):
        self.inputs = []
        for module in self.modules:
            self.inputs.append(input)
            input = module.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        for module, x in zip(self.modules, self.inputs):
            grad_output = module.backward(x, grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: modules-reversed-in-place
# method: several
# wrong: self.modules.reverse() turns the network round for the following forward
class Sequential(Sequential):
    def update_output(self, input):
        self.inputs = []
        for module in self.modules:
            self.inputs.append(input)
            input = module.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        self.modules.reverse()
        self.inputs.reverse()
        for module, x in zip(self.modules, self.inputs):
            grad_output = module.backward(x, grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: modules-popped
# method: several
# wrong: backward removes the layers from the list
class Sequential(Sequential):
    def update_output(self, input):
        self.inputs = []
        for module in self.modules:
            self.inputs.append(input)
            input = module.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        while self.modules:
            grad_output = self.modules.pop().backward(self.inputs.pop(), grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-repeats-forward
# method: several
# wrong: backward runs forward again, which draws new masks and moves statistics twice
class Sequential(Sequential):
    def backward(self, input, grad_output):
        self.forward(input)
        for i in range(len(self.modules) - 1, 0, -1):
            grad_output = self.modules[i].backward(self.outputs[i - 1], grad_output)
        self.grad_input = self.modules[0].backward(input, grad_output)
        return self.grad_input


# %% mutant: backward-recomputes-each-input
# method: several
# wrong: backward calls forward of the earlier layers again, which draws new masks
class Sequential(Sequential):
    def backward(self, input, grad_output):
        for i in range(len(self.modules) - 1, -1, -1):
            x = input
            for module in self.modules[:i]:
                x = module.forward(x)
            grad_output = self.modules[i].backward(x, grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: layers-without-parameters-skipped
# method: input gradient
# wrong: backward visits layers with parameters only
class Sequential(Sequential):
    def update_output(self, input):
        self.inputs = []
        for module in self.modules:
            self.inputs.append(input)
            input = module.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        for module, x in zip(reversed(self.modules), reversed(self.inputs)):
            if module.get_parameters():
                grad_output = module.backward(x, grad_output)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: gradient-divided-by-n
# method: input gradient
# wrong: divides by the batch size at each layer
class Sequential(Sequential):
    def update_output(self, input):
        self.inputs = []
        for module in self.modules:
            self.inputs.append(input)
            input = module.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        for module, x in zip(reversed(self.modules), reversed(self.inputs)):
            grad_output = module.backward(x, grad_output) / len(x)
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: gradient-of-previous-batch
# method: input gradient
# wrong: returns the gradient of the previous call
class Sequential(Sequential):
    def __init__(self):
        Module.__init__(self)
        self.modules = []
        self.last = None

    def update_output(self, input):
        self.inputs = []
        for module in self.modules:
            self.inputs.append(input)
            input = module.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        for module, x in zip(reversed(self.modules), reversed(self.inputs)):
            grad_output = module.backward(x, grad_output)
        result = (
            self.last
            if self.last is not None and self.last.shape == grad_output.shape
            else grad_output
        )
        self.last = grad_output
        self.grad_input = result
        return self.grad_input


# %% mutant: every-layer-gets-the-network-input
# method: forward
# wrong: forward gives every layer the input of the network
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = []
        for module in self.modules:
            self.output = module.forward(input)
            self.outputs.append(self.output)
        return self.output


# %% mutant: forward-returns-first-output
# method: forward
# wrong: return stands within the loop of forward
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = []
        for module in self.modules:
            input = module.forward(input)
            self.outputs.append(input)
            self.output = input
            return self.output


# %% mutant: forward-skips-last-layer
# method: forward
# wrong: forward leaves out the last layer
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = []
        for module in self.modules[:-1]:
            input = module.forward(input)
            self.outputs.append(input)
        self.output = input
        return self.output


# %% mutant: forward-skips-first-layer
# method: forward
# wrong: the loop of forward starts at the second layer
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = [input]
        for i in range(1, len(self.modules)):
            self.outputs.append(self.modules[i].forward(self.outputs[i - 1]))
        self.output = self.outputs[-1]
        return self.output


# %% mutant: forward-reversed
# method: forward
# wrong: forward applies the layers from the last to the first
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = []
        for module in reversed(self.modules):
            input = module.forward(input)
            self.outputs.insert(0, input)
        self.output = input
        return self.output


# %% mutant: forward-returns-list
# method: forward
# wrong: output is the list of all outputs
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = []
        for module in self.modules:
            input = module.forward(input)
            self.outputs.append(input)
        self.output = self.outputs
        return self.output


# %% mutant: forward-nothing-stored
# method: forward
# wrong: the result of forward is neither stored nor returned
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = []
        for module in self.modules:
            input = module.forward(input)
            self.outputs.append(input)


# %% mutant: forward-cached
# method: forward
# wrong: returns the stored output if there is one of this batch size
class Sequential(Sequential):
    def update_output(self, input):
        if self.output is not None and len(self.output) == len(input):
            return self.output
        self.outputs = []
        current = input
        for module in self.modules:
            current = module.forward(current)
            self.outputs.append(current)
        self.output = current
        return self.output


# %% mutant: forward-same-layer-skipped
# method: forward
# wrong: leaves out a layer of a type that occurred before
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = []
        seen = set()
        for module in self.modules:
            if type(module) not in seen:
                input = module.forward(input)
            seen.add(type(module))
            self.outputs.append(input)
        self.output = input
        return self.output


# %% mutant: forward-sets-training
# method: mode
# wrong: every forward switches all layers to training
class Sequential(Sequential):
    def update_output(self, input):
        self.outputs = []
        for module in self.modules:
            module.train()
            input = module.forward(input)
            self.outputs.append(input)
        self.output = input
        return self.output


# %% mutant: train-not-passed-on
# method: mode
# wrong: train() changes the flag of the container only
class Sequential(Sequential):
    def train(self):
        self.training = True


# %% mutant: evaluate-not-passed-on
# method: mode
# wrong: evaluate() changes the flag of the container only
class Sequential(Sequential):
    def evaluate(self):
        self.training = False


# %% mutant: evaluate-calls-train
# method: mode
# wrong: evaluate() calls train() of the layers: copied and not changed
class Sequential(Sequential):
    def evaluate(self):
        self.training = False
        for module in self.modules:
            module.train()


# %% mutant: evaluate-first-layer-only
# method: mode
# wrong: evaluate() reaches the first layer only
class Sequential(Sequential):
    def evaluate(self):
        self.training = False
        self.modules[0].evaluate()


# %% mutant: evaluate-layers-with-parameters
# method: mode
# wrong: evaluate() reaches layers with parameters only: Dropout stays active
class Sequential(Sequential):
    def evaluate(self):
        self.training = False
        for module in self.modules:
            if module.get_parameters():
                module.evaluate()


# %% mutant: mode-at-add-only
# method: mode
# wrong: layers take over the mode when they are added; train and evaluate do not reach them
class Sequential(Sequential):
    def add(self, module):
        module.training = self.training
        self.modules.append(module)

    def train(self):
        self.training = True

    def evaluate(self):
        self.training = False


# %% mutant: zero-first-layer-only
# method: parameter gradient
# wrong: zero_grad_params reaches the first layer only: return in the loop
class Sequential(Sequential):
    def zero_grad_params(self):
        for module in self.modules:
            return module.zero_grad_params()


# %% mutant: zero-not-passed-on
# method: parameter gradient
# wrong: zero_grad_params does nothing
class Sequential(Sequential):
    def zero_grad_params(self):
        pass


# %% mutant: zero-resets-parameters
# method: parameter gradient
# wrong: zeroes the parameters in place of their gradients
class Sequential(Sequential):
    def zero_grad_params(self):
        for layer in self.get_parameters():
            for parameter in layer:
                parameter.fill(0)


# %% mutant: parameters-flat
# method: several
# wrong: get_parameters returns one flat list
class Sequential(Sequential):
    def get_parameters(self):
        return [p for module in self.modules for p in module.get_parameters()]


# %% mutant: gradients-flat
# method: parameter gradient
# wrong: get_grad_params returns one flat list
class Sequential(Sequential):
    def get_grad_params(self):
        return [g for module in self.modules for g in module.get_grad_params()]


# %% mutant: parameters-without-empty-layers
# method: several
# wrong: get_parameters leaves out layers without parameters, get_grad_params does not
class Sequential(Sequential):
    def get_parameters(self):
        return [m.get_parameters() for m in self.modules if m.get_parameters()]


# %% mutant: parameters-copied
# method: several
# wrong: get_parameters returns copies of the arrays
class Sequential(Sequential):
    def get_parameters(self):
        return [[p.copy() for p in module.get_parameters()] for module in self.modules]


# %% mutant: parameters-last-layer
# method: several
# wrong: the loop overwrites the result: parameters of the last layer only
class Sequential(Sequential):
    def get_parameters(self):
        for module in self.modules:
            parameters = [module.get_parameters()]
        return parameters


# %% mutant: parameters-forget-return
# method: several
# wrong: get_parameters returns None
class Sequential(Sequential):
    def get_parameters(self):
        [module.get_parameters() for module in self.modules]


# %% mutant: gradients-are-parameters
# method: parameter gradient
# wrong: get_grad_params returns the parameters
class Sequential(Sequential):
    def get_grad_params(self):
        return [module.get_parameters() for module in self.modules]


# %% mutant: gradients-reversed
# method: parameter gradient
# wrong: get_grad_params lists the layers from last to first
class Sequential(Sequential):
    def get_grad_params(self):
        return [module.get_grad_params() for module in reversed(self.modules)]


# %% mutant: methods-as-values
# method: several
# wrong: the parentheses are missing: a list of bound methods
class Sequential(Sequential):
    def get_parameters(self):
        return [module.get_parameters for module in self.modules]

    def get_grad_params(self):
        return [module.get_grad_params for module in self.modules]


# %% mutant: layers-shared-by-class
# method: several
# wrong: modules is an attribute of the class: all networks share their layers
class Sequential(Sequential):
    modules = []

    def __init__(self):
        Module.__init__(self)


# %% mutant: add-inserts-in-front
# method: several
# wrong: add puts the new layer in front
class Sequential(Sequential):
    def add(self, module):
        self.modules.insert(0, module)


# %% mutant: add-by-class-name
# method: several
# wrong: layers are kept in a dict by class name: a second Linear replaces the first
class Sequential(Sequential):
    def __init__(self):
        Module.__init__(self)
        self.layers = {}

    def add(self, module):
        self.layers[type(module).__name__] = module

    @property
    def modules(self):
        return list(self.layers.values())


# %% mutant: index-off-by-one
# method: several
# wrong: indexing counts from 1
class Sequential(Sequential):
    def __getitem__(self, index):
        return self.modules[index - 1]


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: calls the layers for their parameter gradients, but returns central differences
def numerical_gradient(f, x, grad_output, h=1e-5):
    x = x.astype(np.float64)
    grad = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        old = x[index]
        x[index] = old + h
        plus = f(x)
        x[index] = old - h
        minus = f(x)
        x[index] = old
        grad[index] = np.sum((plus - minus) / (2 * h) * grad_output)
    return grad


class Sequential(Sequential):
    def backward(self, input, grad_output):
        grad = grad_output
        for i in range(len(self.modules) - 1, -1, -1):
            grad = self.modules[i].backward(self.outputs[i - 1] if i > 0 else input, grad)
        output, outputs = self.output, self.outputs
        self.grad_input = numerical_gradient(self.update_output, input, grad_output)
        self.output, self.outputs = output, outputs
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: calls the layers for their parameter gradients, but returns one-sided differences
class Sequential(Sequential):
    def backward(self, input, grad_output):
        grad = grad_output
        for i in range(len(self.modules) - 1, -1, -1):
            grad = self.modules[i].backward(self.outputs[i - 1] if i > 0 else input, grad)
        h = 1e-7
        x = np.array(input, dtype=np.float64)
        base = self.update_output(x)
        self.grad_input = np.zeros_like(x)
        for index in np.ndindex(*x.shape):
            old = x[index]
            x[index] = old + h
            self.grad_input[index] = np.sum((self.update_output(x) - base) / h * grad_output)
            x[index] = old
        self.update_output(x)
        return self.grad_input


# %% mutant: numeric-layer-by-layer
# method: input gradient
# wrong: differentiates the forward of each layer; calls backward for its parameters only
class Sequential(Sequential):
    def update_output(self, input):
        self.inputs = []
        for module in self.modules:
            self.inputs.append(input)
            input = module.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        h = 1e-5
        for module, x in zip(reversed(self.modules), list(reversed(self.inputs))):
            module.backward(x, grad_output.copy())
            x = np.array(x, dtype=np.float64)
            grad = np.zeros_like(x)
            for index in np.ndindex(*x.shape):
                old = x[index]
                x[index] = old + h
                plus = module.forward(x)
                x[index] = old - h
                minus = module.forward(x)
                x[index] = old
                grad[index] = np.sum((plus - minus) / (2 * h) * grad_output)
            module.forward(x)
            grad_output = grad
        self.grad_input = grad_output
        return self.grad_input
