# style: type annotations everywhere

# %%
from __future__ import annotations
from typing import Any, Dict, Hashable, List, Optional, Tuple, Union
import numpy as np
from numpy.typing import NDArray
Array = NDArray[np.float64]
Params = List[List[Array]]

# %%
class Sequential(Module):
    modules: List[Module]
    _inputs: List[Array]

    def __init__(self) -> None:
        super().__init__()
        self.modules = []
        self._inputs = []

    def add(self, module: Module) -> None:
        self.modules.append(module)

    def update_output(self, input: Array) -> Array:
        self._inputs = []
        current: Array = input
        for module in self.modules:
            self._inputs.append(current)
            current = module.forward(current)
        self.output = current
        return self.output

    def backward(self, input: Array, grad_output: Array) -> Array:
        current: Array = grad_output
        for module, seen in zip(reversed(self.modules), reversed(self._inputs)):
            current = module.backward(seen, current)
        self.grad_input = current
        return self.grad_input

    def zero_grad_params(self) -> None:
        for module in self.modules:
            module.zero_grad_params()

    def get_parameters(self) -> Params:
        return [module.get_parameters() for module in self.modules]

    def get_grad_params(self) -> Params:
        return [module.get_grad_params() for module in self.modules]

    def train(self) -> None:
        self.training = True
        for module in self.modules:
            module.train()

    def evaluate(self) -> None:
        self.training = False
        for module in self.modules:
            module.evaluate()

    def __getitem__(self, index: Union[int, slice]) -> Union[Module, List[Module]]:
        return self.modules[index]

    def __len__(self) -> int:
        return len(self.modules)

    def __repr__(self) -> str:
        return "\n".join(repr(m) for m in self.modules)

# %%
class Linear(Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        limit: float = 1.0 / float(np.sqrt(n_in))
        generator: np.random.Generator = np.random.default_rng(seed=n_in * 1000 + n_out)
        self.W: Array = generator.uniform(-limit, limit, size=(n_in, n_out))
        self.b: Array = generator.uniform(-limit, limit, size=(n_out,))
        self.gradW: Array = np.zeros((n_in, n_out))
        self.gradb: Array = np.zeros((n_out,))

    def update_output(self, input: Array) -> Array:
        self.output = input @ self.W + self.b
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        self.grad_input = grad_output @ self.W.T
        return self.grad_input

    def update_grad_params(self, input: Array, grad_output: Array) -> None:
        np.matmul(input.T, grad_output, out=self.gradW)
        np.sum(grad_output, axis=0, out=self.gradb)

    def zero_grad_params(self) -> None:
        self.gradW.fill(0.0)
        self.gradb.fill(0.0)

    def get_parameters(self) -> List[Array]:
        return [self.W, self.b]

    def get_grad_params(self) -> List[Array]:
        return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input: Array) -> Array:
        exponentials: Array = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = exponentials / np.sum(exponentials, axis=1, keepdims=True)
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        n: int
        k: int
        n, k = self.output.shape
        identity: Array = np.broadcast_to(np.eye(k), (n, k, k))
        jacobians: Array = self.output[:, :, None] * (identity - self.output[:, None, :])
        self.grad_input = np.matmul(grad_output[:, None, :], jacobians).squeeze(1)
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p: float = p
        self.mask: Optional[NDArray[np.bool_]] = None

    def update_output(self, input: Array) -> Array:
        if self.training:
            self.mask = np.random.random(input.shape) >= self.p
            self.output = np.zeros(input.shape)
            self.output[self.mask] = input[self.mask] / (1.0 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        if self.training:
            self.grad_input = np.zeros(input.shape)
            self.grad_input[self.mask] = grad_output[self.mask] / (1.0 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS: float = 1e-3

    def __init__(self, alpha: float = 0.) -> None:
        super().__init__()
        self.alpha: float = alpha
        self.moving_mean: Optional[Array] = None
        self.moving_variance: Optional[Array] = None

    def _statistics(self, input: Array) -> Tuple[Array, Array]:
        if not self.training:
            assert self.moving_mean is not None and self.moving_variance is not None
            return self.moving_mean, self.moving_variance
        mean: Array = np.mean(input, axis=0)
        variance: Array = np.var(input, axis=0)
        if self.moving_mean is None:
            self.moving_mean, self.moving_variance = mean, variance
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
        return mean, variance

    def update_output(self, input: Array) -> Array:
        self._mean, self._variance = self._statistics(input)
        self.output = (input - self._mean) / np.sqrt(self._variance + self.EPS)
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        std: Array = np.sqrt(self._variance + self.EPS)
        if self.training:
            self.grad_input = (grad_output - np.mean(grad_output, axis=0) - self.output * np.mean(self.output * grad_output, axis=0)) / std
        else:
            self.grad_input = grad_output / std
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope: float = 0.03) -> None:
        super().__init__()
        self.slope: float = slope

    def update_output(self, input: Array) -> Array:
        self.output = np.where(input < 0.0, self.slope * input, input)
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        self.grad_input = np.where(input < 0.0, self.slope * grad_output, grad_output)
        return self.grad_input


class ELU(Module):
    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha: float = alpha

    def update_output(self, input: Array) -> Array:
        self.output = np.where(input < 0.0, self.alpha * np.expm1(input), input)
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        self.grad_input = np.where(input < 0.0, self.alpha * np.exp(input) * grad_output, grad_output)
        return self.grad_input


class SoftPlus(Module):
    def update_output(self, input: Array) -> Array:
        self.output = np.logaddexp(input, 0.0)
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        self.grad_input = np.exp(-np.logaddexp(0.0, -input)) * grad_output
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input: Array, target: Array) -> float:
        self.output = float(np.sum(np.square(input - target))) / len(input)
        return self.output

    def update_grad_input(self, input: Array, target: Array) -> Array:
        self.grad_input = 2.0 * (input - target) / len(input)
        return self.grad_input


class NLLCriterionUnstable(Criterion):
    EPS: float = 1e-15

    def update_output(self, input: Array, target: Array) -> float:
        clipped: Array = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -float(np.sum(target * np.log(clipped))) / len(input)
        return self.output

    def update_grad_input(self, input: Array, target: Array) -> Array:
        clipped: Array = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -(target / clipped) / len(input)
        return self.grad_input


class NLLCriterion(Criterion):
    def update_output(self, input: Array, target: Array) -> float:
        self.output = -float(np.sum(target * input)) / len(input)
        return self.output

    def update_grad_input(self, input: Array, target: Array) -> Array:
        self.grad_input = -target / len(input)
        return self.grad_input

# %%
def SGD(variables: Params, gradients: Params, config: Dict[str, float], state: Dict[str, Dict[Hashable, Array]]) -> None:
    velocities: Dict[Hashable, Array] = state.setdefault('accumulated_grads', {})
    for layer, (ws, gs) in enumerate(zip(variables, gradients)):
        for index, (w, g) in enumerate(zip(ws, gs)):
            previous: Array = velocities.get((layer, index), np.zeros(w.shape))
            velocities[layer, index] = config['momentum'] * previous + config['learning_rate'] * g
            w -= velocities[layer, index]
