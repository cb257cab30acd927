# style: lists and loops, one example after the other
# notebook: 0_train_model

# %%
import random

def batches(x, y, batch_size):
    left = list(range(len(x)))
    random.shuffle(left)
    while len(left) > 0:
        xs, ys = [], []
        while left and len(xs) < batch_size:
            i = left.pop()
            xs.append(x[i])
            ys.append(y[i])
        yield np.array(xs), np.array(ys)

# %%
def train_model(network, criterion, config, x, y, epochs, batch_size):
    network.train()
    state = dict()
    losses = []
    epoch = 0
    while epoch < epochs:
        sum_of_losses = 0.0
        examples = 0
        for xs, ys in batches(x, y, batch_size):
            network.zero_grad_params()
            prediction = network.forward(xs)
            loss = criterion.forward(prediction, ys)
            gradient = criterion.backward(prediction, ys)
            network.backward(xs, gradient)
            variables = network.get_parameters()
            gradients = network.get_grad_params()
            modules.SGD(variables, gradients, config, state)
            for i in range(len(xs)):
                sum_of_losses = sum_of_losses + loss
                examples = examples + 1
        losses.append(float(sum_of_losses / examples))
        epoch += 1
    return losses

# %%
def make_blobs_network():
    net = modules.Sequential()
    net.add(modules.Linear(2, 2))
    net.add(modules.LogSoftMax())
    return net

# %%
def make_circles_network():
    net = modules.Sequential()
    sizes = [2, 24, 12, 2]
    for i in range(3):
        net.add(modules.Linear(sizes[i], sizes[i + 1]))
        if i < 2:
            net.add(modules.LeakyReLU())
    net.add(modules.LogSoftMax())
    return net

# %%
def make_image_network():
    net = modules.Sequential()
    net.add(modules.Flatten())
    sizes = [64, 40, 20, 10]
    for i in range(3):
        net.add(modules.Linear(sizes[i], sizes[i + 1]))
        if i < 2:
            net.add(modules.LeakyReLU(0.1))
    net.add(modules.LogSoftMax())
    return net

# %%
def factorial(n):
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result

def paired_test(first_right, second_right):
    b = 0
    c = 0
    for one, two in zip(first_right, second_right):
        if one and not two:
            b += 1
        elif two and not one:
            c += 1
    n = b + c
    if b == c:
        return 1.0
    p = 0.0
    for k in range(0, min(b, c) + 1):
        p += factorial(n) / (factorial(k) * factorial(n - k) * 2 ** n) if n < 100 else \
            (factorial(n) // (factorial(k) * factorial(n - k))) / 2 ** n
    return 2 * p

# %%
def predict_probabilities(network, x):
    network.evaluate()
    rows = []
    for row in network.forward(x):
        rows.append([2.718281828459045 ** value for value in row])
    network.train()
    return np.array(rows)
