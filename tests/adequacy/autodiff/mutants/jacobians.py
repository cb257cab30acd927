"""Wrong implementations of the Jacobians and vector-Jacobian products."""


# %% base
def linear_jacobians(W, x):
    """The Jacobians of y = Wx with respect to x and to W.

    W: (m, n), x: (n,)
    returns: dy/dx (m, n) and dy/dW (m, m, n), where [i, k, j] is the derivative of y[i] by W[k, j]
    """
    m, n = W.shape
    by_W = np.zeros((m, m, n))
    for i in range(m):
        by_W[i, i] = x
    return W.copy(), by_W


def linear_vjp(W, x, v):
    """The vector-Jacobian products of y = Wx, for x (n,) and for W (m, n).

    W: (m, n), x: (n,), v: (m,), the upstream gradient
    """
    return W.T @ v, np.outer(v, x)


def sigmoid_jacobian(x):
    """The Jacobian of the sigmoid, element by element. x: (n,); returns: (n, n)"""
    y = 1 / (1 + np.exp(-x))
    return np.diag(y * (1 - y))


def sigmoid_vjp(x, v):
    """The vector-Jacobian product of the sigmoid. x, v: (n,); returns: (n,)"""
    y = 1 / (1 + np.exp(-x))
    return v * y * (1 - y)


def relu_jacobian(x):
    """The Jacobian of ReLU, element by element. x: (n,), never 0; returns: (n, n)"""
    return np.diag(np.where(x > 0, 1.0, 0.0))


def relu_vjp(x, v):
    """The vector-Jacobian product of ReLU. x, v: (n,), x never 0; returns: (n,)"""
    return np.where(x > 0, v, 0.0)


# %% mutant: linear-transposed
# method: several
# wrong: W^T as the Jacobian for x
def linear_jacobians(W, x):
    m, n = W.shape
    return W.T.copy(), np.eye(m)[:, :, None] * x


# %% mutant: linear-times-x
# method: several
# wrong: W_ij x_j: the terms of the sum, not their derivatives
def linear_jacobians(W, x):
    m, n = W.shape
    return W * x, np.eye(m)[:, :, None] * x


# %% mutant: by-w-everywhere
# method: several
# wrong: x in every row, also where k is not i
def linear_jacobians(W, x):
    m, n = W.shape
    return W.copy(), np.broadcast_to(x, (m, m, n)).copy()


# %% mutant: by-w-two-indices
# method: several
# wrong: an array shaped like W
def linear_jacobians(W, x):
    m, n = W.shape
    return W.copy(), np.tile(x, (m, 1))


# %% mutant: by-w-ones
# method: several
# wrong: ones in place of x
def linear_jacobians(W, x):
    m, n = W.shape
    return W.copy(), np.eye(m)[:, :, None] * np.ones(n)


# %% mutant: by-w-weights
# method: several
# wrong: the weights in place of x
def linear_jacobians(W, x):
    m, n = W.shape
    return W.copy(), np.eye(m)[:, :, None] * W


# %% mutant: by-w-axes
# method: several
# wrong: axes in the order k, j, i
def linear_jacobians(W, x):
    m, n = W.shape
    return W.copy(), (np.eye(m)[:, :, None] * x).transpose(1, 2, 0)


# %% mutant: by-w-flat
# method: several
# wrong: a matrix (m, m n)
def linear_jacobians(W, x):
    m, n = W.shape
    return W.copy(), (np.eye(m)[:, :, None] * x).reshape(m, m * n)


# %% mutant: pair-exchanged
# method: several
# wrong: dy/dW first
def linear_jacobians(W, x):
    m, n = W.shape
    return np.eye(m)[:, :, None] * x, W.copy()


# %% mutant: only-one
# method: several
# wrong: dy/dx alone
def linear_jacobians(W, x):
    return W.copy()


# %% mutant: vjp-without-transpose
# method: several
# wrong: W v
def linear_vjp(W, x, v):
    return (W @ v if W.shape[0] == W.shape[1] else W.T @ v), np.outer(v, x)


# %% mutant: vjp-outer-transposed
# method: several
# wrong: x v^T
def linear_vjp(W, x, v):
    return W.T @ v, np.outer(x, v)


# %% mutant: vjp-ignores-v
# method: several
# wrong: the Jacobians summed over the outputs
def linear_vjp(W, x, v):
    return W.sum(axis=0), np.tile(x, (len(W), 1))


# %% mutant: vjp-with-weights
# method: several
# wrong: the outer product times W
def linear_vjp(W, x, v):
    return W.T @ v, np.outer(v, x) * W


# %% mutant: vjp-sum-for-w
# method: several
# wrong: v times the sum of x
def linear_vjp(W, x, v):
    return W.T @ v, np.outer(v, np.full_like(x, x.sum()))


# %% mutant: vjp-by-jacobians
# method: several
# wrong: through the full Jacobians
def linear_vjp(W, x, v):
    by_x, by_W = linear_jacobians(W, x)
    return v @ by_x, np.einsum("i,ikj->kj", v, by_W)


# %% mutant: vjp-changes-v
# method: several
# wrong: normalises v in place
def linear_vjp(W, x, v):
    result = W.T @ v, np.outer(v, x)
    v /= np.linalg.norm(v)
    return result


# %% mutant: sigmoid-output
# method: several
# wrong: the sigmoid itself on the diagonal
def sigmoid_jacobian(x):
    return np.diag(1 / (1 + np.exp(-x)))


# %% mutant: sigmoid-of-x
# method: several
# wrong: x (1 - x)
def sigmoid_jacobian(x):
    return np.diag(x * (1 - x))


# %% mutant: sigmoid-slopes-only
# method: several
# wrong: a vector in place of a matrix
def sigmoid_jacobian(x):
    y = 1 / (1 + np.exp(-x))
    return y * (1 - y)


# %% mutant: sigmoid-outer
# method: several
# wrong: y_i (1 - y_j): not diagonal
def sigmoid_jacobian(x):
    y = 1 / (1 + np.exp(-x))
    return np.outer(y, 1 - y)


# %% mutant: sigmoid-like-softmax
# method: several
# wrong: the Jacobian of softmax
def sigmoid_jacobian(x):
    y = 1 / (1 + np.exp(-x))
    return np.diag(y) - np.outer(y, y)


# %% mutant: sigmoid-every-row
# method: several
# wrong: the slopes in every row
def sigmoid_jacobian(x):
    y = 1 / (1 + np.exp(-x))
    return np.tile(y * (1 - y), (len(x), 1))


# %% mutant: sigmoid-vjp-one-factor
# method: several
# wrong: the factor 1 - y is missing
def sigmoid_vjp(x, v):
    return v / (1 + np.exp(-x))


# %% mutant: sigmoid-vjp-ignores-v
# method: several
# wrong: the slopes alone
def sigmoid_vjp(x, v):
    y = 1 / (1 + np.exp(-x))
    return y * (1 - y)


# %% mutant: sigmoid-vjp-like-tanh
# method: several
# wrong: 1 - y^2
def sigmoid_vjp(x, v):
    y = 1 / (1 + np.exp(-x))
    return v * (1 - y**2)


# %% mutant: sigmoid-vjp-summed
# method: several
# wrong: the sum of all products
def sigmoid_vjp(x, v):
    y = 1 / (1 + np.exp(-x))
    return np.sum(v * y * (1 - y))


# %% mutant: sigmoid-vjp-by-jacobian
# method: several
# wrong: through the full Jacobian
def sigmoid_vjp(x, v):
    return v @ sigmoid_jacobian(x)


# %% mutant: relu-itself
# method: several
# wrong: the values of ReLU on the diagonal
def relu_jacobian(x):
    return np.diag(np.maximum(x, 0))


# %% mutant: relu-sign
# method: several
# wrong: -1 where x is negative
def relu_jacobian(x):
    return np.diag(np.sign(x))


# %% mutant: relu-everywhere
# method: several
# wrong: the unit matrix
def relu_jacobian(x):
    return np.eye(len(x))


# %% mutant: relu-slopes-only
# method: several
# wrong: a vector in place of a matrix
def relu_jacobian(x):
    return np.where(x > 0, 1.0, 0.0)


# %% mutant: relu-of-booleans
# method: several
# wrong: strings in place of numbers
def relu_jacobian(x):
    return np.diag(np.where(x > 0, "1", "0"))


# %% mutant: relu-threshold
# method: several
# wrong: 0 up to 0.001
def relu_jacobian(x):
    return np.diag(np.where(x > 1e-3, 1.0, 0.0))


# %% mutant: relu-vjp-of-v
# method: several
# wrong: the sign of v decides
def relu_vjp(x, v):
    return np.maximum(v, 0)


# %% mutant: relu-vjp-passes
# method: several
# wrong: the upstream gradient unchanged
def relu_vjp(x, v):
    return v.copy()


# %% mutant: relu-vjp-reversed
# method: several
# wrong: passes where x is negative
def relu_vjp(x, v):
    return np.where(x < 0, v, 0.0)


# %% mutant: relu-vjp-times-x
# method: several
# wrong: v times ReLU
def relu_vjp(x, v):
    return v * np.maximum(x, 0)


# %% mutant: relu-vjp-in-place
# method: several
# wrong: writes zeros into v
def relu_vjp(x, v):
    v[x < 0] = 0
    return v


# %% mutant: relu-vjp-by-jacobian
# method: several
# wrong: through the full Jacobian
def relu_vjp(x, v):
    return v @ relu_jacobian(x)


# %% mutant: numeric-linear
# method: several
# wrong: differences of Wx, with the step 1
def linear_jacobians(W, x):
    m, n = W.shape
    by_x, by_W = np.zeros((m, n)), np.zeros((m, m, n))
    for j in range(n):
        by_x[:, j] = W @ (x + np.eye(n)[j]) - W @ x
        for k in range(m):
            step = np.zeros((m, n))
            step[k, j] = 1
            by_W[:, k, j] = (W + step) @ x - W @ x
    return by_x, by_W


# %% mutant: numeric-sigmoid
# method: several
# wrong: central differences
def sigmoid_vjp(x, v):
    f = lambda z: 1 / (1 + np.exp(-z))
    return v * (f(x + 1e-5) - f(x - 1e-5)) / 2e-5


# %% mutant: numeric-sigmoid-complex-step
# method: several
# wrong: a complex step
def sigmoid_jacobian(x):
    return np.diag((1 / (1 + np.exp(-(x + 1e-30j)))).imag / 1e-30)


# %% mutant: numeric-relu
# method: several
# wrong: differences of a helper function, exact away from the bend
def relu(x):
    return np.maximum(x, 0)


def relu_vjp(x, v):
    h = 2.0**-24
    return v * (relu(x + h) - relu(x - h)) / (2 * h)


# %% mutant: library-autograd
# method: several
# wrong: a library for automatic differentiation
def sigmoid_jacobian(x):
    import autograd
    import autograd.numpy

    return autograd.jacobian(lambda z: 1 / (1 + autograd.numpy.exp(-z)))(x)
